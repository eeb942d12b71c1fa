/** The built-in tags that the browser's phone knows: what our pages may use. */
export const HOSTS = ["view", "text", "button", "input", "textarea", "picker", "scroll-view", "image", "label", "navigator"];
export const BUILT_IN = [...HOSTS, "block", "template", "import", "include", "slot", "wxs"];
