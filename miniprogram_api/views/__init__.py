"""The views: a declaration and one call each."""

from miniprogram_api.views.accounts import accounts
from miniprogram_api.views.applicants import applicants
from miniprogram_api.views.benefits import benefits
from miniprogram_api.views.campaigns import in_campaigns
from miniprogram_api.views.cases import cases
from miniprogram_api.views.clues import clues
from miniprogram_api.views.complaints import complaints
from miniprogram_api.views.corrections import corrections
from miniprogram_api.views.county import county
from miniprogram_api.views.declarations import declarations
from miniprogram_api.views.departments import departments
from miniprogram_api.views.disasters import disasters
from miniprogram_api.views.dossiers import dossiers
from miniprogram_api.views.family_phones import family_phones
from miniprogram_api.views.files import files
from miniprogram_api.views.green_channels import green_channels
from miniprogram_api.views.home_checks import home_checks
from miniprogram_api.views.living import living
from miniprogram_api.views.meetings import meetings
from miniprogram_api.views.notices import notices
from miniprogram_api.views.objections import objections
from miniprogram_api.views.organisation import organisation
from miniprogram_api.views.phone_confirmations import phone_confirmations
from miniprogram_api.views.places import places
from miniprogram_api.views.reminders import reminders
from miniprogram_api.views.removals import way_out
from miniprogram_api.views.rounds import visiting
from miniprogram_api.views.slips import slips
from miniprogram_api.views.watches import watched

ALL = (
    accounts,
    places,
    declarations,
    cases,
    files,
    family_phones,
    home_checks,
    clues,
    corrections,
    living,
    meetings,
    notices,
    objections,
    dossiers,
    county,
    green_channels,
    disasters,
    applicants,
    complaints,
    reminders,
    slips,
    watched,
    benefits,
    visiting,
    in_campaigns,
    way_out,
    departments,
    organisation,
    phone_confirmations,
)
