import { ERROR_PORT, effectiveOnError } from '../document/ports.ts'
import { findRetryFaults } from '../document/retry-policy.ts'
import type { JoinMode, NodePolicy } from '../document/types.ts'
import { durationToMs } from '../duration.ts'
import { TASK_QUEUE_PATTERN } from '../ids.ts'
import type { Json } from '../json.ts'
import { cutText } from '../text/cut-text.ts'
import { errorIssue, type IssueFix, type ReportIssue, warningIssue } from './issue.ts'
import type { SurveyedNode, WorkflowSurvey } from './survey.ts'

const ms = (duration: string | undefined): number | undefined =>
  duration === undefined ? undefined : durationToMs(duration)

function unset({ node }: SurveyedNode, field: keyof NodePolicy, title: string): IssueFix {
  return { title, operations: [{ op: 'set_policy', nodeId: node.id, field, value: null }] }
}

function checkRetry({ node, name, entry }: SurveyedNode, report: ReportIssue): void {
  if (node.policy?.retry === undefined) return
  for (const { field, message, repair } of findRetryFaults({ ...entry?.policy?.retry, ...node.policy.retry })) {
    const at = { nodeId: node.id, path: ['policy', 'retry', field] }
    const value = { ...node.policy.retry, [field]: repair } as Json
    const operation = { op: 'set_policy', nodeId: node.id, field: 'retry', value } as const
    const fix = repair === undefined ? {} : { fix: { title: `Set ${field} to ${repair}`, operations: [operation] } }
    report(errorIssue('POLICY_INVALID', `${name}: ${message}`, { ...at, ...fix }))
  }
}

function checkTaskQueue(surveyed: SurveyedNode, report: ReportIssue): void {
  const { node, name } = surveyed
  const { taskQueue } = node.policy ?? {}
  if (taskQueue === undefined || TASK_QUEUE_PATTERN.test(taskQueue)) return
  const rule = 'use a letter, then letters, digits and _ . -, at most 100 characters'
  const message = `${name}: "${cutText(taskQueue, 40)}" is not a valid name of a task queue; ${rule}`
  const fix = unset(surveyed, 'taskQueue', 'Use the default queue')
  report(errorIssue('POLICY_INVALID', message, { nodeId: node.id, path: ['policy', 'taskQueue'], fix }))
}

function checkTimes(surveyed: SurveyedNode, report: ReportIssue): void {
  const { node, name, entry } = surveyed
  const policy = { ...entry?.policy, ...node.policy }
  const [timeout, heartbeat] = [ms(policy.timeout), ms(policy.heartbeat)]
  // Only a field that the node itself sets can be unset.
  const at = (field: 'timeout' | 'heartbeat') => ({
    nodeId: node.id,
    path: ['policy', field],
    ...(node.policy?.[field] === undefined ? {} : { fix: unset(surveyed, field, `Use the default ${field}`) }),
  })
  if (timeout === 0) report(errorIssue('POLICY_INVALID', `${name}: a timeout of 0 leaves no time`, at('timeout')))
  if (heartbeat === 0) report(errorIssue('POLICY_INVALID', `${name}: a heartbeat of 0 leaves no time`, at('heartbeat')))
  if (timeout !== undefined && heartbeat !== undefined && heartbeat > timeout) {
    report(
      warningIssue(
        'POLICY_INVALID',
        `${name}: the heartbeat is longer than the timeout, so it has no effect`,
        at('heartbeat'),
      ),
    )
  }
}

/** Counts the incoming edges that can be live at once: all of a fork, those of one port of any other source. */
function mostLive(survey: WorkflowSurvey, { incoming }: SurveyedNode): number {
  const bySource = new Map<string, Map<string, number>>()
  for (const { source, sourceHandle } of incoming) {
    const isFork = survey.byId.get(source)?.entry?.control === 'fork'
    const ports = bySource.get(source) ?? new Map<string, number>()
    const port = isFork ? '*' : sourceHandle
    ports.set(port, (ports.get(port) ?? 0) + 1)
    bySource.set(source, ports)
  }
  return [...bySource.values()].reduce((sum, ports) => sum + Math.max(...ports.values()), 0)
}

const neededBy = (join: JoinMode | undefined): number => (typeof join === 'object' ? join.count : 0)

function checkJoin(survey: WorkflowSurvey, surveyed: SurveyedNode, report: ReportIssue): void {
  const { node, name, incoming } = surveyed
  const needed = neededBy(node.policy?.join ?? surveyed.entry?.policy?.join)
  if (needed === 0) return
  const most = mostLive(survey, surveyed)
  if (needed <= most) return
  const message = `${name} waits for ${needed} branches, but at most ${most} of its ${incoming.length} edges can arrive`
  const fix: IssueFix =
    most === 0
      ? unset(surveyed, 'join', 'Wait for all branches')
      : {
          title: `Wait for ${most}`,
          operations: [{ op: 'set_policy', nodeId: node.id, field: 'join', value: { count: most } }],
        }
  report(errorIssue('JOIN_IMPOSSIBLE', message, { nodeId: node.id, path: ['policy', 'join'], fix }))
}

function checkAvailable(surveyed: SurveyedNode, report: ReportIssue): void {
  const { node, name, entry } = surveyed
  const policy = { ...entry?.policy, ...node.policy }
  if (policy.onError === 'park') {
    const fix = unset(surveyed, 'onError', 'Let the run fail instead')
    const message = `${name}: parking a failed node is not available yet`
    report(errorIssue('POLICY_NOT_AVAILABLE', message, { nodeId: node.id, path: ['policy', 'onError'], fix }))
  }
  if (policy.compensation !== undefined) {
    const fix = unset(surveyed, 'compensation', 'Remove the compensation')
    const message = `${name}: compensation is not available yet`
    report(errorIssue('POLICY_NOT_AVAILABLE', message, { nodeId: node.id, path: ['policy', 'compensation'], fix }))
  }
}

/** Reports `route` without an edge on the error port, which acts like `fail`. */
function checkRoute({ node, name, entry, outgoing }: SurveyedNode, report: ReportIssue): void {
  if (entry === undefined || node.disabled || effectiveOnError(node, entry) !== 'route') return
  if (outgoing.some(({ sourceHandle }) => sourceHandle === ERROR_PORT)) return
  const fix: IssueFix = {
    title: 'Let the run fail',
    operations: [{ op: 'set_policy', nodeId: node.id, field: 'onError', value: 'fail' }],
  }
  const message = `A failure of ${name} ends the run: connect its port "error", or choose to fail`
  report(warningIssue('ERROR_PORT_UNCONNECTED', message, { nodeId: node.id, path: ['policy', 'onError'], fix }))
}

/** Reports writes of the same type with the same key, which a service would treat as one. */
function checkSharedKeys({ nodes }: WorkflowSurvey, report: ReportIssue): void {
  const known = new Map<string, string>()
  for (const surveyed of nodes) {
    const { node, name } = surveyed
    const key = node.policy?.idempotency
    if (key === undefined || node.disabled) continue
    const id = `${node.type} ${key}`
    const first = known.get(id)
    known.set(id, first ?? name)
    if (first === undefined) continue
    const message = `${name} has the same idempotency key as ${first}, so only one of the two may take effect`
    const fix = unset(surveyed, 'idempotency', `Remove the key from ${name}`)
    report(warningIssue('IDEMPOTENCY_SHARED', message, { nodeId: node.id, path: ['policy', 'idempotency'], fix }))
  }
}

/** Reports policies of nodes that no engine can execute. */
export function checkPolicies(survey: WorkflowSurvey, report: ReportIssue): void {
  for (const surveyed of survey.nodes) {
    checkRetry(surveyed, report)
    checkTaskQueue(surveyed, report)
    checkTimes(surveyed, report)
    checkJoin(survey, surveyed, report)
    checkAvailable(surveyed, report)
    checkRoute(surveyed, report)
  }
  checkSharedKeys(survey, report)
  const { timeout } = survey.document.settings
  if (ms(timeout) !== 0) return
  const fix: IssueFix = {
    title: 'Remove the run timeout',
    operations: [{ op: 'set_setting', key: 'timeout', value: null }],
  }
  report(errorIssue('POLICY_INVALID', 'A run timeout of 0 leaves no time', { path: ['settings', 'timeout'], fix }))
}
