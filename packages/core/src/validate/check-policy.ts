import type { DocumentOperation } from '../document/operation.ts'
import { ERROR_PORT, effectiveOnError } from '../document/ports.ts'
import { DEFAULT_RETRY, DEFAULT_TIMEOUT, findRetryFaults } from '../document/retry-policy.ts'
import type { JoinMode, NodePolicy } from '../document/types.ts'
import { durationToMs } from '../duration.ts'
import { isTemplate } from '../expression/parse.ts'
import { TASK_QUEUE_PATTERN } from '../ids.ts'
import type { Json } from '../json.ts'
import { cutText } from '../text/cut-text.ts'
import { issueFix } from './fix.ts'
import { errorIssue, type IssueFix, type ReportIssue, warningIssue } from './issue.ts'
import { asCondition } from './plain-text.ts'
import { findPlainKeys, findStartFaults, type StartFault } from './start-faults.ts'
import type { SurveyedNode, WorkflowSurvey } from './survey.ts'

const ms = (duration: string | undefined): number | undefined =>
  duration === undefined ? undefined : durationToMs(duration)

const unset = ({ node }: SurveyedNode, field: keyof NodePolicy): readonly DocumentOperation[] => [
  { op: 'set_policy', nodeId: node.id, field, value: null },
]

function checkRetry({ node, name, entry }: SurveyedNode, report: ReportIssue): void {
  if (node.policy?.retry === undefined) return
  for (const { field, message, repair } of findRetryFaults({ ...entry?.policy?.retry, ...node.policy.retry })) {
    const at = { nodeId: node.id, path: ['policy', 'retry', field] }
    const value = { ...node.policy.retry, [field]: repair } as Json
    const operation = { op: 'set_policy', nodeId: node.id, field: 'retry', value } as const
    const fix = repair === undefined ? {} : { fix: issueFix('SET_FIELD', { field, value: repair }, [operation]) }
    report(
      errorIssue('POLICY_INVALID', `${name}: ${message}`, {
        ...at,
        ...fix,
        values: { setting: field, fault: message },
      }),
    )
  }
}

function checkTaskQueue(surveyed: SurveyedNode, report: ReportIssue): void {
  const { node, name } = surveyed
  const { taskQueue } = node.policy ?? {}
  if (taskQueue === undefined || TASK_QUEUE_PATTERN.test(taskQueue)) return
  const rule = 'use a letter, then letters, digits and _ . -, at most 100 characters'
  const fault = `"${cutText(taskQueue, 40)}" is not a valid name of a task queue; ${rule}`
  const fix = issueFix('USE_DEFAULT_QUEUE', {}, unset(surveyed, 'taskQueue'))
  const at = { nodeId: node.id, path: ['policy', 'taskQueue'] }
  const values = { setting: 'taskQueue', fault }
  report(errorIssue('POLICY_INVALID', `${name}: ${fault}`, { ...at, fix, values }))
}

function checkTimes(surveyed: SurveyedNode, report: ReportIssue): void {
  const { node, name, entry } = surveyed
  const policy = { ...entry?.policy, ...node.policy }
  const [timeout, heartbeat, total] = [ms(policy.timeout), ms(policy.heartbeat), ms(policy.totalTimeout)]
  // Only a field that the node itself sets can be unset.
  const at = (field: 'timeout' | 'totalTimeout' | 'heartbeat', fault: string) => ({
    nodeId: node.id,
    path: ['policy', field],
    values: { setting: field, fault },
    ...(node.policy?.[field] === undefined ? {} : { fix: issueFix('USE_DEFAULT', { field }, unset(surveyed, field)) }),
  })
  for (const [field, duration, label] of [
    ['timeout', timeout, 'timeout'],
    ['totalTimeout', total, 'total time'],
    ['heartbeat', heartbeat, 'heartbeat'],
  ] as const) {
    const fault = `a ${label} of 0 leaves no time`
    if (duration === 0) report(errorIssue('POLICY_INVALID', `${name}: ${fault}`, at(field, fault)))
  }
  if (timeout !== undefined && heartbeat !== undefined && heartbeat > timeout) {
    const fault = 'the heartbeat is longer than the timeout, so it has no effect'
    report(warningIssue('POLICY_INVALID', `${name}: ${fault}`, at('heartbeat', fault)))
  }
  const own = ms(node.policy?.timeout)
  if (own !== undefined && total !== undefined && own > total) {
    const fault = 'the timeout is longer than the total time, so it has no effect'
    const fix = timeoutWithin(surveyed, total, policy.totalTimeout as string)
    report(warningIssue('POLICY_INVALID', `${name}: ${fault}`, { ...at('timeout', fault), fix }))
  }
}

/** Creates {@link checkTimes} for many nodes: those without a policy have that of their type, which is checked once. */
function createTimesCheck(): typeof checkTimes {
  const sound = new Set<SurveyedNode['entry']>()
  return (surveyed, report) => {
    const { node, entry } = surveyed
    if (node.policy === undefined && sound.has(entry)) return
    let isSound = node.policy === undefined
    checkTimes(surveyed, (issue) => {
      isSound = false
      report(issue)
    })
    if (isSound) sound.add(entry)
  }
}

/** Removes the timeout if the default is within the total time; else sets it to that. */
function timeoutWithin(surveyed: SurveyedNode, totalMs: number, total: string): IssueFix {
  const defaultMs = durationToMs(surveyed.entry?.policy?.timeout ?? DEFAULT_TIMEOUT)
  if (defaultMs <= totalMs) return issueFix('USE_DEFAULT', { field: 'timeout' }, unset(surveyed, 'timeout'))
  const set = { op: 'set_policy', nodeId: surveyed.node.id, field: 'timeout', value: total } as const
  return issueFix('SET_FIELD', { field: 'timeout', value: total }, [set])
}

const CONDITIONS = [
  ['skipIf', 'the condition to skip the node is plain text, so the node is never skipped'],
  ['retryIf', 'the condition to try again is plain text, so the node is never tried again'],
] as const

/** Reports conditions without an expression, which are never true. */
function checkConditions({ node, name }: SurveyedNode, report: ReportIssue): void {
  for (const [field, consequence] of CONDITIONS) {
    const text = node.policy?.[field]
    if (text === undefined || isTemplate(text)) continue
    const fault = `${consequence}; write it as {{ … }}`
    const value = asCondition(text)
    const set = { op: 'set_policy', nodeId: node.id, field, value } as const
    const fix = value === null ? {} : { fix: issueFix('USE_AS_EXPRESSION', {}, [set]) }
    const at = { nodeId: node.id, path: ['policy', field], values: { setting: field, fault } }
    report(warningIssue('POLICY_INVALID', `${name}: ${fault}`, { ...at, ...fix }))
  }
}

/** Reports a condition to try again on a node that has one attempt only. */
function checkRetryIf(surveyed: SurveyedNode, report: ReportIssue): void {
  const { node, name, entry } = surveyed
  if (node.policy?.retryIf === undefined) return
  const { maximumAttempts } = { ...DEFAULT_RETRY, ...entry?.policy?.retry, ...node.policy.retry }
  if (maximumAttempts > 1) return
  const fault = 'the node has one attempt only, so its condition to try again has no effect'
  const fix = issueFix('USE_DEFAULT', { field: 'retryIf' }, unset(surveyed, 'retryIf'))
  const at = { nodeId: node.id, path: ['policy', 'retryIf'] }
  const values = { setting: 'retryIf', fault }
  report(warningIssue('POLICY_INVALID', `${name}: ${fault}`, { ...at, fix, values }))
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
  const wait = { op: 'set_policy', nodeId: node.id, field: 'join', value: { count: most } } as const
  const fix =
    most === 0 ? issueFix('WAIT_FOR_ALL', {}, unset(surveyed, 'join')) : issueFix('WAIT_FOR', { count: most }, [wait])
  const values = { needed, most, edges: incoming.length }
  report(errorIssue('JOIN_IMPOSSIBLE', message, { nodeId: node.id, path: ['policy', 'join'], fix, values }))
}

/** Reports `route` without an edge on the error port, which acts like `fail`. */
function checkRoute({ node, name, entry, outgoing }: SurveyedNode, report: ReportIssue): void {
  if (entry === undefined || node.disabled || effectiveOnError(node, entry) !== 'route') return
  if (outgoing.some(({ sourceHandle }) => sourceHandle === ERROR_PORT)) return
  const fix = issueFix('FAIL_RUN', {}, [{ op: 'set_policy', nodeId: node.id, field: 'onError', value: 'fail' }])
  const ended = node.parentId === undefined ? 'ends the run' : 'fails the item of its loop'
  const message = `A failure of ${name} ${ended}: connect its port "error", or choose to fail`
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
    const fix = issueFix('REMOVE_IDEMPOTENCY_KEY', { node: name }, unset(surveyed, 'idempotency'))
    const details = { nodeId: node.id, path: ['policy', 'idempotency'], fix, values: { other: first } }
    report(warningIssue('IDEMPOTENCY_SHARED', message, details))
  }
}

/** Reports policies of nodes that no engine can execute. */
export function checkPolicies(survey: WorkflowSurvey, report: ReportIssue): void {
  const checkTimesOf = createTimesCheck()
  for (const surveyed of survey.nodes) {
    checkRetry(surveyed, report)
    checkTaskQueue(surveyed, report)
    checkTimesOf(surveyed, report)
    checkRetryIf(surveyed, report)
    checkConditions(surveyed, report)
    checkJoin(survey, surveyed, report)
    checkRoute(surveyed, report)
  }
  checkSharedKeys(survey, report)
  checkSettings(survey, report)
}

function reportSetting(build: typeof errorIssue, { path, setting, fault, fix }: StartFault, report: ReportIssue): void {
  const at = { path: ['settings', ...path], values: { setting, fault }, ...(fix === undefined ? {} : { fix }) }
  report(build('POLICY_INVALID', `Settings of the workflow: ${fault}`, at))
}

function checkSettings(survey: WorkflowSurvey, report: ReportIssue): void {
  const { settings } = survey.document
  for (const found of findStartFaults(settings)) reportSetting(errorIssue, found, report)
  for (const found of findPlainKeys(settings)) reportSetting(warningIssue, found, report)
  const { timeout } = settings
  if (ms(timeout) !== 0) return
  const fix = issueFix('REMOVE_RUN_TIMEOUT', {}, [{ op: 'set_setting', key: 'timeout', value: null }])
  const fault = 'a run timeout of 0 leaves no time'
  const values = { setting: 'runTimeout', fault }
  report(
    errorIssue('POLICY_INVALID', `Settings of the workflow: ${fault}`, { path: ['settings', 'timeout'], fix, values }),
  )
}
