"""The views: a declaration and one call each."""

from miniprogram_api.views.accounts import accounts
from miniprogram_api.views.cases import cases
from miniprogram_api.views.declarations import declarations
from miniprogram_api.views.files import files
from miniprogram_api.views.places import places

ALL = (accounts, places, declarations, cases, files)
