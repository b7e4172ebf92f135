import type { HttpClient } from '@tenon/core/node'
import { aFunction, atLeastOne, checkOptions, listOf, optional, text } from '@tenon/core/options'
import { createEgressRules } from './egress-rules.ts'
import { createGuardedAgent, type ResolveHost } from './guarded-agent.ts'
import { createGuardedFetch } from './guarded-fetch.ts'
import { guardedRequest } from './guarded-request.ts'

const DEFAULT_MAX_FETCH_BYTES = 33_554_432
const DEFAULT_MAX_RESPONSE_BYTES = 33_554_432

/** What nodes may reach by HTTP beyond public addresses, what not, and how much they may read. */
export interface EgressOptions {
  /**
   * Addresses that requests may reach although they are not public: `host:port` (whatever address it has), `host` for ports 80 and 443,
   * `*.internal.example` or `*.internal.example:8443` for every name below a domain, a CIDR range, or one address.
   */
  readonly allow?: readonly string[]
  /** Addresses that requests may not reach although they are public or allowed; the same forms. */
  readonly deny?: readonly string[]
  /** Finds the addresses of a host. @defaultValue the resolver of the system */
  readonly dns?: ResolveHost
  /** Limit of a decompressed answer of `fetch`, in bytes. @defaultValue 33_554_432 */
  readonly maxFetchBytes?: number
  /**
   * The largest limit that a request of a node may set for its decompressed answer, in bytes.
   *
   * @defaultValue 33_554_432
   */
  readonly maxResponseBytes?: number
}

/** The guarded client with its sockets. */
export interface Egress extends HttpClient {
  /** Lets open requests end and closes the sockets. */
  close(): Promise<void>
}

/**
 * The only way out of a node: an HTTP client that reaches public addresses and what the host allows.
 *
 * Each socket is checked by the address that it connects to, after the name was resolved, and each redirect
 * is checked like a first request: at most five, without credentials to another origin. Only http and https;
 * no credentials in addresses; a limit on the decompressed size. The clock is the caller's: the timeout of a node's
 * policy ends its requests, and a `fetch` ends with its signal.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID` for an unknown or faulty option; `REQUEST_INVALID` for an entry of `allow` or `deny` that cannot be read.
 *
 * @example
 * ```ts
 * import { createEgress } from '@tenon/runtime/egress'
 *
 * export const egress = createEgress({ allow: ['crm.internal:8443', '10.20.0.0/16'] })
 * ```
 */
export function createEgress(options: EgressOptions = {}): Egress {
  checkOptions('createEgress', options, {
    allow: optional(listOf(text, 'addresses')),
    deny: optional(listOf(text, 'addresses')),
    dns: optional(aFunction('dns must be a function (host) that returns its addresses')),
    maxFetchBytes: optional(atLeastOne),
    maxResponseBytes: optional(atLeastOne),
  })
  const { allow = [], deny = [], dns } = options
  const { maxFetchBytes = DEFAULT_MAX_FETCH_BYTES, maxResponseBytes = DEFAULT_MAX_RESPONSE_BYTES } = options
  const agent = createGuardedAgent(createEgressRules(allow, deny), dns)
  return Object.freeze({
    request: (url: string, init = {}) => guardedRequest(agent, url, init, maxResponseBytes),
    fetch: createGuardedFetch(agent, maxFetchBytes),
    close: () => agent.close(),
  })
}
