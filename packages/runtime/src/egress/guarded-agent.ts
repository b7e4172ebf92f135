import { lookup as systemLookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { TenonError } from '@tenon/core/errors'
import { Agent, buildConnector } from 'undici'
import type { EgressRules } from './egress-rules.ts'
import { addressRefused, toConnectFailure } from './failures.ts'

/** Finds the addresses of a host. @throws any error if there are none. */
export type ResolveHost = (hostname: string) => Promise<readonly string[]>

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

function createGuardedLookup(isAllowed: (address: string) => boolean, resolveHost: ResolveHost): LookupFunction {
  return (hostname, options, callback) => {
    resolveHost(hostname)
      .then((found) => {
        const addresses = found.filter(isAllowed).map((address) => ({ address, family: isIP(address) }))
        const [first] = addresses
        if (first === undefined) throw found.length === 0 ? notFound(hostname) : addressRefused(hostname)
        if (options.all === true) callback(null, addresses)
        else callback(null, first.address, first.family)
      })
      .catch((cause: unknown) => callback(cause instanceof TenonError ? cause : notFound(hostname, cause), ''))
  }
}

function notFound(hostname: string, cause?: unknown): TenonError {
  return new TenonError('HTTP_FAILED', `No address was found for ${hostname}`, {
    cause,
    details: { code: 'ENOTFOUND', sent: false },
  })
}

async function resolveBySystem(hostname: string): Promise<readonly string[]> {
  const found = await systemLookup(hostname, { all: true, verbatim: true })
  return found.map(({ address }) => address)
}
