import { isIP } from 'node:net'
import type { HttpClient } from '@tenon/core/node'
import { aFunction, atLeastOne, checkOptions, listOf, optional, text } from '@tenon/core/options'
import { Agent, buildConnector } from 'undici'
import { createEgressRules, type EgressRules } from './egress-rules.ts'
import { addressRefused, toConnectFailure } from './failures.ts'
import { createGuardedFetch } from './guarded-fetch.ts'
import { createGuardedLookup, type ResolveHost, resolveBySystem } from './guarded-lookup.ts'
import { guardedRequest } from './guarded-request.ts'
import { createGuardedSockets } from './guarded-socket.ts'
import type { AccountClients } from './logins.ts'
import { createMailServer } from './mail/mail-client.ts'
import { createSqlServer } from './sql/sql-client.ts'

/** Callers limit the time of a request, for connecting, headers and body. */
const NO_TIMEOUT = 0

const DEFAULT_MAX_FETCH_BYTES = 33_554_432
const DEFAULT_MAX_RESPONSE_BYTES = 33_554_432

/** Options of an egress: allowed and denied addresses, and limits of responses. */
export interface EgressOptions {
  /**
   * Non-public addresses that are allowed: `host:port` (with any address), `host` for ports 80 and 443,
   * `*.internal.example` or `*.internal.example:8443` for every name below a domain, a CIDR range, or one address.
   */
  readonly allow?: readonly string[]
  /** Addresses that are denied although they are public or allowed, in the same forms. */
  readonly deny?: readonly string[]
  /** Resolves the addresses of a host. @defaultValue the resolver of the system */
  readonly dns?: ResolveHost
  /** Limit of a decompressed response of `fetch`, in bytes. @defaultValue 33_554_432 */
  readonly maxFetchBytes?: number
  /**
   * Largest limit that a request of a node may set for its decompressed response, in bytes.
   *
   * @defaultValue 33_554_432
   */
  readonly maxResponseBytes?: number
}

/** The guarded clients with their sockets. */
export interface Egress extends HttpClient, AccountClients {
  /** Waits for open requests and closes the sockets. */
  close(): Promise<void>
}

/**
 * Creates the clients of nodes for HTTP, databases and mail servers, which can reach public addresses and those that the host allows.
 *
 * Each socket is checked by the address that it connects to, after the name was resolved, and each redirect is checked
 * like a first request: at most five, without credentials to another origin. Only http and https; no credentials in
 * URLs; a limit on the decompressed size. Callers set time limits: the timeout of a node's policy ends its requests,
 * and a `fetch` ends with its signal.
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
  const rules = createEgressRules(allow, deny)
  const agent = createGuardedAgent(rules, dns)
  const sockets = createGuardedSockets(rules, dns)
  const sql = createSqlServer(sockets)
  return Object.freeze({
    request: (url: string, init = {}) => guardedRequest(agent, url, init, maxResponseBytes),
    fetch: createGuardedFetch(agent, maxFetchBytes),
    sql: { read: sql.read, write: sql.write },
    mail: createMailServer(sockets),
    close: async () => {
      await Promise.all([agent.close(), sql.close()])
    },
  })
}

/**
 * Creates an undici agent whose sockets connect to checked addresses only.
 *
 * The check is part of the lookup of the socket: the checked address is the one that is connected to, so a name that
 * later resolves differently cannot bypass it.
 */
function createGuardedAgent(rules: EgressRules, resolveHost: ResolveHost = resolveBySystem): Agent {
  return new Agent({
    connect: (target, callback) => {
      const port = Number(target.port) || (target.protocol === 'https:' ? 443 : 80)
      const host = target.hostname.replace(/^\[(.*)\]$/, '$1')
      // Sockets skip the lookup for a literal address.
      if (isIP(host) !== 0 && !rules.allows(host, port, host)) {
        callback(addressRefused(host), null)
        return
      }
      const lookup = createGuardedLookup((address) => rules.allows(host, port, address), resolveHost)
      buildConnector({ timeout: NO_TIMEOUT, lookup, port })(target, (...result) => {
        const [error, socket] = result
        if (error === null) callback(null, socket)
        else callback(toConnectFailure(error, target.host ?? host), null)
      })
    },
    headersTimeout: NO_TIMEOUT,
    bodyTimeout: NO_TIMEOUT,
  })
}
