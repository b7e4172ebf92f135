import { isIP } from 'node:net'
import { Agent, buildConnector } from 'undici'
import type { EgressRules } from './egress-rules.ts'
import { addressRefused, toConnectFailure } from './failures.ts'
import { createGuardedLookup, type ResolveHost, resolveBySystem } from './guarded-lookup.ts'

/** Callers limit the time of a request, for connecting, headers and body. */
const NO_TIMEOUT = 0

/**
 * Creates an undici agent whose sockets connect to checked addresses only.
 *
 * The check is part of the lookup of the socket: the checked address is the one that is connected to, so a name that
 * later resolves differently cannot bypass it.
 */
export function createGuardedAgent(rules: EgressRules, resolveHost: ResolveHost = resolveBySystem): Agent {
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
