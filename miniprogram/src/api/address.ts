/** Where the county's server is. A county writes its own registered domain here before it uploads. */

export const ADDRESS = "";
