import { TenonError } from '@tenon/core/errors'
import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** Decides by host, port and resolved address; one object for the life of an egress. */
export interface EgressRules {
  /** Whether a socket to this address may be opened for this host and port. */
  allows(host: string, port: number, address: string): boolean
}

interface RuleSet {
  /** `host:port`, lower case, without brackets and final dot. */
  readonly hosts: ReadonlySet<string>
  readonly ranges: readonly (readonly [Address, number])[]
}

/** Global unicast; what lies outside has no public host, whatever its range is called. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3')

// The addresses of cloud platforms that look public and answer a machine's own secrets.
const PLATFORM_ADDRESSES: ReadonlySet<string> = new Set(['168.63.129.16'])

/**
 * Reads the lists of an egress: `host:port`, a CIDR range, or one address.
 *
 * A denied entry wins over an allowed one, and an allowed one over the rule that only public addresses may
 * be reached.
 *
 * @throws {@link TenonError} `REQUEST_INVALID` for an entry of neither form.
 */
export function createEgressRules(allow: readonly string[], deny: readonly string[]): EgressRules {
  const allowed = readRuleSet(allow)
  const denied = readRuleSet(deny)
  return {
    allows: (host, port, text) => {
      const address = parseAddress(text)
      if (address === undefined || matches(denied, host, port, address)) return false
      return matches(allowed, host, port, address) || isPublic(address)
    },
  }
}

function readRuleSet(entries: readonly string[]): RuleSet {
  const hosts = new Set<string>()
  const ranges: (readonly [Address, number])[] = []
  for (const entry of entries) {
    const range = readRange(entry)
    const host = /^(.+):(\d{1,5})$/.exec(entry)
    if (range !== undefined) ranges.push(range)
    else if (host !== null) hosts.add(hostKey(host[1] ?? '', Number(host[2])))
    else {
      throw new TenonError('REQUEST_INVALID', `"${entry}" is neither host:port nor an address range`, {
        remedy: 'Write crm.internal:8443, 10.0.0.0/8 or 10.1.2.3',
      })
    }
  }
  return { hosts, ranges }
}

function readRange(entry: string): readonly [Address, number] | undefined {
  if (ipaddr.isValidCIDR(entry)) return ipaddr.parseCIDR(entry)
  if (!ipaddr.isValid(entry)) return undefined
  const address = ipaddr.parse(entry)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

function matches(rules: RuleSet, host: string, port: number, address: Address): boolean {
  if (rules.hosts.has(hostKey(host, port))) return true
  return rules.ranges.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits))
}

function hostKey(host: string, port: number): string {
  const name = host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
  return `${name}:${port}`
}

/** Mapped addresses are judged as what they are: the IPv4 address inside. */
function parseAddress(text: string): Address | undefined {
  return ipaddr.isValid(text) ? ipaddr.process(text) : undefined
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast' || PLATFORM_ADDRESSES.has(address.toString())) return false
  return address.kind() === 'ipv4' || address.match(GLOBAL_IPV6)
}
