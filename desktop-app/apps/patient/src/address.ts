/** The link stands behind the #: it is sent to no server, and to nobody by a referrer. */
export const linkOf = (hash: string) => /^#\/a\/([\w-]+)$/.exec(hash)?.[1];

/** The clinic that the page's address names, if any: /book/north. */
export const clinicOf = (path: string) => /^\/book\/([a-z0-9-]+)\/?$/.exec(path)?.[1];
