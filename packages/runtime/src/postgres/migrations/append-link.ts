/**
 * Returns the SQL of HMAC-SHA-256 under the tenant's key, with precomputed pads, over the previous link, the first
 * `seq` and the digest, each an SQL expression.
 */
export const linkOf = (of: { tenant: string; head: string; seq: string; digest: string }): string =>
  `(select sha256(k.outer_pad || sha256(k.inner_pad || ${of.head} || int8send(${of.seq}) || ${of.digest}))
        from $schema.tenant_keys k where k.tenant_id = ${of.tenant})`

/** SQL of what comes before the first append of a run. */
export const FIRST_LINK = { head: `''::bytea`, seq: '1::bigint' }

/** Returns the SQL of the next link of the run in the row `r`. */
export const nextLink = (tenant: string, digest: string): string =>
  linkOf({ tenant, head: 'r.head_hash', seq: 'r.next_seq', digest })
