import { isIP, type Socket as NodeSocket, Socket } from 'node:net'
import type { EgressRules } from './egress-rules.ts'
import { addressRefused } from './failures.ts'
import { createGuardedLookup, type ResolveHost, resolveBySystem } from './guarded-lookup.ts'

/** Creates sockets that connect to allowed addresses only. */
export interface GuardedSockets {
  /**
   * Creates a socket for a client that calls `connect(port, host)` itself. Another address fails with `EGRESS_REFUSED`.
   *
   * @param address - Address of the host to use; without it, any one of the host that is allowed.
   */
  create(address?: string): NodeSocket
  /**
   * Opens a socket.
   *
   * @throws {@link TenonError} `EGRESS_REFUSED`; any error of the socket; the reason of the signal.
   */
  open(host: string, port: number, abortSignal: AbortSignal): Promise<NodeSocket>
}

/** Creates the sockets of clients that do not speak HTTP, with the same rules as those of HTTP. */
export function createGuardedSockets(rules: EgressRules, resolveHost: ResolveHost = resolveBySystem): GuardedSockets {
  const create = (address?: string): NodeSocket =>
    new GuardedSocket(rules, address === undefined ? resolveHost : async () => [address])
  return {
    create,
    open: (host, port, abortSignal) =>
      new Promise((resolve, reject) => {
        const socket = create()
        const onAbort = () => socket.destroy(abortSignal.reason as Error)
        socket.once('error', reject)
        socket.once('connect', () => {
          abortSignal.removeEventListener('abort', onAbort)
          socket.off('error', reject)
          resolve(socket)
        })
        abortSignal.addEventListener('abort', onAbort, { once: true })
        if (abortSignal.aborted) onAbort()
        else socket.connect(port, host)
      }),
  }
}

class GuardedSocket extends Socket {
  readonly #rules: EgressRules
  readonly #resolveHost: ResolveHost

  constructor(rules: EgressRules, resolveHost: ResolveHost) {
    super()
    this.#rules = rules
    this.#resolveHost = resolveHost
  }

  /** Clients call this form alone; any other one is refused, since its address would not be checked. */
  override connect(...parts: unknown[]): this {
    const [port, host] = parts
    if (typeof port !== 'number' || typeof host !== 'string') throw new TypeError('Connect with a port and a host')
    const name = host.replace(/^\[(.*)\]$/, '$1')
    // Sockets skip the lookup for a literal address.
    if (isIP(name) !== 0 && !this.#rules.allows(name, port, name)) {
      this.destroy(addressRefused(name))
      return this
    }
    const isAllowed = (address: string) => this.#rules.allows(name, port, address)
    return super.connect({ port, host: name, lookup: createGuardedLookup(isAllowed, this.#resolveHost) })
  }
}
