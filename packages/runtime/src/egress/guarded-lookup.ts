import { lookup as systemLookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { TenonError } from '@tenon/core/errors'
import { addressRefused } from './failures.ts'

/** Finds the addresses of a host. @throws any error if there are none. */
export type ResolveHost = (hostname: string) => Promise<readonly string[]>

/**
 * Creates a lookup for sockets that returns allowed addresses only. The checked address is the one that is connected to,
 * so a name that later resolves differently cannot bypass the check.
 */
export function createGuardedLookup(isAllowed: (address: string) => boolean, resolveHost: ResolveHost): LookupFunction {
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

export async function resolveBySystem(hostname: string): Promise<readonly string[]> {
  const found = await systemLookup(hostname, { all: true, verbatim: true })
  return found.map(({ address }) => address)
}
