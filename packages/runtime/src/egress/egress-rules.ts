import { TenonError } from '@tenon/core/errors'
import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** Rules of an egress by host, port and resolved address. */
export interface EgressRules {
  /** Checks whether a socket to this address may be opened for this host and port. */
  allows(host: string, port: number, address: string): boolean
}

interface RuleSet {
  /** `host:port`, lower case, without brackets and final dot. */
  readonly hosts: ReadonlySet<string>
  /** `.internal.example:port`: every name below the domain, not the domain itself. */
  readonly domains: ReadonlySet<string>
  readonly ranges: readonly (readonly [Address, number])[]
}

/** Global unicast; addresses outside of it are never public hosts. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3')

// Addresses of cloud platforms that look public and return secrets of the machine.
const PLATFORM_ADDRESSES: ReadonlySet<string> = new Set(['168.63.129.16'])

/** Ports of an entry without a port: those of http and https. */
const STANDARD_PORTS: readonly number[] = [80, 443]

/**
 * Parses the lists of an egress: `host:port`, `host` for ports 80 and 443, `*.domain` or `*.domain:port` for every name
 * below a domain, a CIDR range, or one address.
 *
 * A denied entry wins over an allowed one, and an allowed one over the rule that only public addresses are allowed.
 *
 * @throws {@link TenonError} `REQUEST_INVALID` for an entry of none of these forms.
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

const ENTRY = /^(\*\.)?([^*\s/:]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?$/i
const DOMAIN = /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/

function readRuleSet(entries: readonly string[]): RuleSet {
  const hosts = new Set<string>()
  const domains = new Set<string>()
  const ranges: (readonly [Address, number])[] = []
  for (const entry of entries) {
    const range = readRange(entry)
    if (range !== undefined) {
      ranges.push(range)
      continue
    }
    const { name, isDomain, ports } = readHost(entry)
    for (const port of ports) (isDomain ? domains : hosts).add(`${isDomain ? '.' : ''}${name}:${port}`)
  }
  return { hosts, domains, ranges }
}

interface HostEntry {
  readonly name: string
  readonly isDomain: boolean
  readonly ports: readonly number[]
}

function readHost(entry: string): HostEntry {
  const [, wildcard, host = '', port] = ENTRY.exec(entry) ?? []
  const name = plainName(host)
  const isAddress = ipaddr.isValid(name)
  // "*.0.0.1" would otherwise match every address that ends with it.
  const isName = DOMAIN.test(name) && !/(^|\.)\d+$/.test(name)
  const isPort = port === undefined || (Number(port) >= 1 && Number(port) <= 65_535)
  if (!isPort || !(wildcard === undefined ? isName || isAddress : isName)) {
    throw new TenonError('REQUEST_INVALID', `"${entry}" is neither a host nor an address range`, {
      remedy: 'Write crm.internal:8443, *.internal.example, 10.0.0.0/8 or 10.1.2.3',
    })
  }
  return { name, isDomain: wildcard !== undefined, ports: port === undefined ? STANDARD_PORTS : [Number(port)] }
}

function readRange(entry: string): readonly [Address, number] | undefined {
  if (ipaddr.isValidCIDR(entry)) return ipaddr.parseCIDR(entry)
  if (!ipaddr.isValid(entry)) return undefined
  const address = ipaddr.parse(entry)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

function matches(rules: RuleSet, host: string, port: number, address: Address): boolean {
  const name = plainName(host)
  if (rules.hosts.has(`${name}:${port}`)) return true
  if (rules.domains.size > 0 && !ipaddr.isValid(name) && isBelow(rules.domains, name, port)) return true
  return rules.ranges.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits))
}

/** Checks whether a name is below one of the domains, with one look-up per label of the name. */
function isBelow(domains: ReadonlySet<string>, name: string, port: number): boolean {
  for (let dot = name.indexOf('.', 1); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    if (domains.has(`${name.slice(dot)}:${port}`)) return true
  }
  return false
}

function plainName(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
}

/** Parses an address; a mapped address becomes the IPv4 address inside. */
function parseAddress(text: string): Address | undefined {
  return ipaddr.isValid(text) ? ipaddr.process(text) : undefined
}

function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast' || PLATFORM_ADDRESSES.has(address.toString())) return false
  return address.kind() === 'ipv4' || address.match(GLOBAL_IPV6)
}
