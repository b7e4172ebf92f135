import { PORT_NAME_PATTERN } from '../ids.ts'
import { isJsonObject, type Json } from '../json.ts'
import { cutText } from '../text/cut-text.ts'
import { errorIssue, type ReportIssue, warningIssue } from './issue.ts'
import type { SurveyedNode, WorkflowSurvey } from './survey.ts'

const MOST_PORTS_NAMED = 4

/** Ports that are taken by themselves; a time limit that is not set leads nowhere on purpose. */
function openPorts({ ports, outgoing, params, entry }: SurveyedNode): readonly string[] {
  const used = new Set(outgoing.map(({ sourceHandle }) => sourceHandle))
  const isIdle = (port: string) => entry?.control === 'approval' && port === 'timeout' && params.timeout === undefined
  return ports.filter(({ name, isError }) => !isError && !used.has(name) && !isIdle(name)).map(({ title }) => title)
}

function checkPorts(surveyed: SurveyedNode, report: ReportIssue): void {
  const { node, name, ports, outgoing } = surveyed
  const open = openPorts(surveyed)
  const own = ports.filter(({ isError }) => !isError)
  if (open.length === 0 || own.length < 2 || outgoing.length === 0) return
  const shown = open.slice(0, MOST_PORTS_NAMED).map((title) => `"${title}"`)
  const more = open.length > shown.length ? ` and ${open.length - shown.length} more` : ''
  const message = `${name}: no edge leaves ${shown.join(', ')}${more}, so the path ends there without an outcome`
  report(warningIssue('PORT_UNCONNECTED', message, { nodeId: node.id }))
}

function checkForkAndJoin({ node, name, entry, ports, incoming }: SurveyedNode, report: ReportIssue): void {
  const at = { nodeId: node.id }
  if (entry?.control === 'fork' && ports.filter(({ isError }) => !isError).length === 1) {
    report(warningIssue('FORK_SINGLE', `${name} has one branch only, so nothing runs side by side`, at))
  }
  if (entry?.control === 'join' && incoming.length === 1) {
    report(warningIssue('JOIN_SINGLE', `Only one edge leads to ${name}, so it has nothing to wait for`, at))
  }
}

/** Items that make ports, with their paths; `null` for a param that is no list. */
function portItems({ params }: SurveyedNode, each: string): readonly Json[] {
  const path = each.split('.').slice(1)
  const list = path.reduce<Json | undefined>((at, key) => (isJsonObject(at) ? at[key] : undefined), params)
  return Array.isArray(list) ? list : []
}

/** Ports from params: an item whose id is no name, or the name of another port, would have none. */
function checkPortIds(surveyed: SurveyedNode, report: ReportIssue): void {
  const { node, name, entry } = surveyed
  const seen = new Set(['error'])
  for (const port of entry?.ports ?? []) if ('name' in port) seen.add(port.name)
  for (const port of entry?.ports ?? []) {
    if (!('each' in port)) continue
    const path = port.each.split('.').slice(1)
    for (const [index, item] of portItems(surveyed, port.each).entries()) {
      const id = isJsonObject(item) ? item[port.id] : undefined
      if (typeof id !== 'string') continue
      const at = { nodeId: node.id, path: ['params', ...path, index, port.id] }
      const shown = JSON.stringify(cutText(id, 60))
      if (!PORT_NAME_PATTERN.test(id)) {
        report(errorIssue('PORT_NAME_INVALID', `${name}: ${shown} cannot be the name of a port`, at))
      } else if (seen.has(id)) {
        report(errorIssue('PORT_NAME_DUPLICATE', `${name} has two ports with the name ${shown}`, at))
      }
      seen.add(id)
    }
  }
}

/** A node behind which nothing comes, although the workflow has ends. */
function checkDeadEnd({ node, name, ports, outgoing }: SurveyedNode, report: ReportIssue): void {
  if (ports.length === 0 || outgoing.length > 0) return
  report(
    warningIssue('DEAD_END', `Nothing comes after ${name}: this path finishes without an outcome`, { nodeId: node.id }),
  )
}

/** Paths that stop short, forks and joins without a use, and ports that share a name. */
export function checkWays(survey: WorkflowSurvey, report: ReportIssue): void {
  const hasEnd = survey.nodes.some(({ entry }) => entry?.control === 'end')
  for (const surveyed of survey.nodes) {
    if (surveyed.node.disabled) continue
    checkPortIds(surveyed, report)
    checkPorts(surveyed, report)
    checkForkAndJoin(surveyed, report)
    // Without any end, one warning says so for all.
    if (hasEnd && surveyed.incoming.length > 0) checkDeadEnd(surveyed, report)
  }
}
