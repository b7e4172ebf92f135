import type { DocumentOperation } from '../document/operation.ts'
import { paramAt } from '../document/param-path.ts'
import { ERROR_PORT } from '../document/ports.ts'
import { PORT_NAME_PATTERN } from '../ids.ts'
import type { Json } from '../json.ts'
import type { NodeManifestEntry, PortsFromParam } from '../node/definition.ts'
import { cutText } from '../text/cut-text.ts'
import { hasHiddenCharacters, withoutHiddenCharacters } from '../text/hidden-characters.ts'
import { issueFix } from './fix.ts'
import { errorIssue, type IssueFix, type ReportIssue } from './issue.ts'
import { asObject } from './schema-facts.ts'
import type { SurveyedNode } from './survey.ts'

/** A list in the params of a node that defines ports, one for each item. */
interface PortList {
  readonly surveyed: SurveyedNode
  readonly port: PortsFromParam
  /** Path of the list in the params. */
  readonly path: readonly string[]
  /** Items, including those of a default. */
  readonly items: readonly Json[]
}

function portLists(surveyed: SurveyedNode): readonly PortList[] {
  return (surveyed.entry?.ports ?? []).flatMap((port) => {
    if (!('each' in port)) return []
    const path = port.each.split('.').slice(1)
    const list = paramAt(surveyed.params, path)
    return [{ surveyed, port, path, items: Array.isArray(list) ? (list as readonly Json[]) : [] }]
  })
}

/**
 * Creates a fix that sets the whole list, so that items of a default are kept; there is none if the list is inside
 * another param, whose parent may be missing.
 */
function fixItems(
  { surveyed, path }: PortList,
  items: readonly Json[],
  fixBy: (operations: readonly DocumentOperation[]) => IssueFix,
): { readonly fix?: IssueFix } {
  if (path.length !== 1) return {}
  return { fix: fixBy([{ op: 'set_param', nodeId: surveyed.node.id, path, value: items }]) }
}

function withField(list: PortList, index: number, key: string, text: string): { readonly fix?: IssueFix } {
  const items = list.items.map((item, at) => (at === index ? { ...asObject(item), [key]: text } : item))
  return fixItems(list, items, (operations) => issueFix('RENAME', { name: text }, operations))
}

/** Returns a free name for a port: `retry`, `retry_2`, …… */
function freePortName({ portNames }: SurveyedNode, wanted: string): string {
  const plain = wanted
    .replaceAll(/[^A-Za-z0-9_-]+/g, '_')
    .replace(/^[^A-Za-z]+|_+$/g, '')
    .slice(0, 40)
  const base = plain === '' ? 'branch' : plain.charAt(0).toLowerCase() + plain.slice(1)
  let name = base
  for (let number = 2; name === ERROR_PORT || portNames.has(name); number++) name = `${base}_${number}`
  return name
}

/** Creates a fix that adds an item to the first list that defines ports of the node. */
export function addBranchFix(surveyed: SurveyedNode): { readonly fix?: IssueFix } {
  const [list] = portLists(surveyed)
  if (list === undefined) return {}
  const { items, port } = list
  const added = { [port.id]: freePortName(surveyed, 'branch'), [port.title]: `Branch ${items.length + 1}` }
  return fixItems(list, [...items, added], (operations) => issueFix('ADD_BRANCH', {}, operations))
}

/** Reports invisible characters in the title of a port, which could make it look like another one. */
function checkTitle(list: PortList, index: number, title: Json | undefined, report: ReportIssue): void {
  if (typeof title !== 'string' || !hasHiddenCharacters(title)) return
  const { surveyed, port, path } = list
  const clean = withoutHiddenCharacters(title)
  const at = { nodeId: surveyed.node.id, path: ['params', ...path, index, port.title] }
  const message = `${surveyed.name}: the name "${clean}" has line breaks or characters that are not visible`
  const fix = withField(list, index, port.title, clean)
  report(errorIssue('PORT_TITLE_INVALID', message, { ...at, ...fix, values: { title: clean } }))
}

/** Reports an item without a port of its own, because its id is not a valid name or the name of another port. */
function checkId(list: PortList, index: number, id: Json | undefined, seen: Set<string>, report: ReportIssue): void {
  if (typeof id !== 'string') return
  const { surveyed, port, path } = list
  const at = { nodeId: surveyed.node.id, path: ['params', ...path, index, port.id] }
  const values = { port: cutText(id, 60) }
  const shown = JSON.stringify(values.port)
  const fix = () => withField(list, index, port.id, freePortName(surveyed, id))
  if (!PORT_NAME_PATTERN.test(id)) {
    const message = `${surveyed.name}: ${shown} cannot be the name of a port`
    report(errorIssue('PORT_NAME_INVALID', message, { ...at, ...fix(), values }))
  } else if (seen.has(id)) {
    const message = `${surveyed.name} has two ports with the name ${shown}`
    report(errorIssue('PORT_NAME_DUPLICATE', message, { ...at, ...fix(), values }))
  }
  seen.add(id)
}

/** Checks the names and titles of ports that are defined by params. */
export function checkPortItems(surveyed: SurveyedNode, report: ReportIssue): void {
  const lists = portLists(surveyed)
  if (lists.length === 0) return
  // Only known types have lists.
  const { ports } = surveyed.entry as NodeManifestEntry
  const seen = new Set<string>([ERROR_PORT])
  for (const port of ports) if ('name' in port) seen.add(port.name)
  for (const list of lists) {
    for (const [index, item] of list.items.entries()) {
      const fields = asObject(item) ?? {}
      checkTitle(list, index, fields[list.port.title], report)
      checkId(list, index, fields[list.port.id], seen, report)
    }
  }
}
