import type { NodeId } from '@tenon/core/document'
import type { IssueFix, WorkflowIssue } from '@tenon/core/validate'
import { loadPart } from '../instance/load-part.ts'
import type { MessageKey } from '../messages/en/index.ts'
import type { MessageValues, Translate } from '../messages/format.ts'
import type { EditorProblem, EditorState, ListedIssue, ProblemCount, ProblemFix } from '../store/editor-state.ts'
import type { EditorStore } from '../store/editor-store.ts'
import { shareStructure } from '../store/share-structure.ts'
import { lossProblems } from './loss-problems.ts'
import { sentenceCase } from './sentence-case.ts'

/** Pause after the last change in milliseconds, so that incomplete values are not reported. */
const PAUSE_MS = 350

type Validator = typeof import('@tenon/core/validate')

/** Ends a check of a draft that has changed since; the next check is scheduled already. */
class Outdated extends Error {}

/** Yields to the page for rendering and input. */
async function pauseWhile(isCurrent: () => boolean): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve))
  if (!isCurrent()) throw new Outdated()
}

/**
 * Updates the problem list after changes of the draft. The validator is loaded with the first draft.
 *
 * @param translate - Returns the current language of the editor.
 * @returns A function that stops it.
 */
export function startLiveProblems(store: EditorStore, translate: () => Translate): () => void {
  let isWanted = true
  let timer: ReturnType<typeof setTimeout> | null = null
  let validator: Promise<Validator> | null = null
  let own: readonly WorkflowIssue[] = []
  let found: readonly EditorProblem[] = []
  const show = () => accept(store, found, translate())
  const list = () => {
    const { document, serverIssues, scheduleIssues, tableIssues } = store.getState()
    const names = new Map(document.nodes.map((node) => [node.id, node.name]))
    // A value that breaks its schema is refused by the server, too.
    const faulty = new Set(own.map(fieldKey))
    const ofParams = [...scheduleIssues, ...tableIssues].filter((issue) => !faulty.has(fieldKey(issue)))
    const others = [...serverIssues, ...ofParams].filter(({ nodeId }) => nodeId === undefined || names.has(nodeId))
    found = toProblems([...own, ...others], names, translate())
    show()
  }
  const check = async () => {
    timer = null
    validator ??= loadPart(() => import('@tenon/core/validate'))
    const { validateWorkflowInSlices } = await validator
    const { document, manifest, phase } = store.getState()
    const isCurrent = (): boolean => {
      const now = store.getState()
      return isWanted && now.document === document && now.manifest === manifest
    }
    if (!isCurrent() || phase.kind !== 'ready') return
    try {
      const pause = () => pauseWhile(isCurrent)
      const issues = await validateWorkflowInSlices(document, manifest.manifest, { isParsed: true, pause })
      if (!isCurrent()) return
      own = issues
      list()
    } catch (error) {
      if (!(error instanceof Outdated)) throw error
    }
  }
  const schedule = () => {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(() => void check(), PAUSE_MS)
  }
  const isReady = (state: EditorState) => state.phase.kind === 'ready'
  const unsubscribe = store.subscribe((state, before) => {
    const hasChanged =
      state.document !== before.document || state.manifest !== before.manifest || state.phase !== before.phase
    if (hasChanged && isReady(state)) schedule()
    const isChecked = (['serverIssues', 'scheduleIssues', 'tableIssues'] as const).some(
      (issues) => state[issues] !== before[issues],
    )
    if (isChecked) list()
    const hasLosses =
      state.losses !== before.losses || (state.losses.length > 0 && state.published !== before.published)
    const hasFresh = state.freshNodes.size > 0 || state.freshSetting !== null
    if (state.freshNodes !== before.freshNodes || state.freshSetting !== before.freshSetting || hasLosses) show()
    else if (hasFresh && isLeft(state, before)) store.setState({ freshNodes: NO_NODES, freshSetting: null })
  })
  if (store.getState().losses.length > 0) show()
  if (isReady(store.getState())) schedule()
  return () => {
    isWanted = false
    unsubscribe()
    if (timer !== null) clearTimeout(timer)
  }
}

const fieldKey = ({ nodeId, path }: ListedIssue) => JSON.stringify([nodeId, path])
const NO_NODES: ReadonlySet<NodeId> = new Set()

/** Selecting something else, or opening Try, Publish or the problems, ends the edit of what was just added. */
function isLeft(state: EditorState, before: EditorState): boolean {
  const { freshNodes, freshSetting, selectedNodes } = state
  const isClosed = before.isWorkflowPanelOpen && !state.isWorkflowPanelOpen
  const isElsewhere = [...freshNodes].some((nodeId) => !selectedNodes.has(nodeId))
  return (
    isElsewhere ||
    (freshSetting !== null && (selectedNodes.size > 0 || isClosed)) ||
    (state.openPanel !== null && state.openPanel !== before.openPanel)
  )
}

/** Checks for a missing value or connection of a node or a setting that was just added, which is not reported yet. */
function isPremature({ nodeId, field }: EditorProblem, state: EditorState): boolean {
  const { freshNodes, freshSetting, nodesById, document } = state
  const isFresh = nodeId === null ? field.join('.') === `settings.${freshSetting}` : freshNodes.has(nodeId)
  if (!isFresh) return false
  let value: unknown = nodeId === null ? document : nodesById.get(nodeId)
  for (const key of field) value = (value as Readonly<Record<string, unknown>> | undefined | null)?.[key]
  return field.length === 0 || value === undefined || value === null || value === ''
}

function accept(store: EditorStore, found: readonly EditorProblem[], translate: Translate): void {
  const before = store.getState()
  const hasFresh = before.freshNodes.size > 0 || before.freshSetting !== null
  const checked = hasFresh ? found.filter((problem) => !isPremature(problem, before)) : found
  const { document, published, losses } = before
  const shown = [...lossProblems(losses, { document, published, translate }), ...checked]
  const problems = shareStructure(before.problems, shown)
  if (problems === before.problems) return
  store.setState({ problems, problemCounts: countProblems(problems, before.problemCounts) })
}

/** Converts issues to the problems of the editor: errors first, each with an id that is stable for the same fault. */
export function toProblems(
  issues: readonly ListedIssue[],
  names: ReadonlyMap<NodeId, string>,
  t: Translate,
): EditorProblem[] {
  const seen = new Map<string, number>()
  const problems = issues.map((issue): EditorProblem => {
    const field = issue.path ?? []
    const base = [issue.code, issue.nodeId ?? '', issue.edgeId ?? '', field.join('.')].join('|')
    const count = seen.get(base) ?? 0
    seen.set(base, count + 1)
    const message = inWords(issue, names)
    const node = issue.nodeId === undefined ? '' : (names.get(issue.nodeId) ?? issue.nodeId)
    const values = { ...valuesInWords(issue.values ?? {}, names, t), message, node, field: field.join('.') }
    return {
      id: `${base}|${count}`,
      nodeId: issue.nodeId ?? null,
      edgeId: issue.edgeId ?? null,
      field,
      range: issue.range ?? null,
      severity: issue.severity,
      code: issue.code,
      message: t.ofCode(`problem.${issue.code}`, values) ?? message,
      fixes: issue.fix === undefined ? [] : [inOwnWords(issue.fix, t)],
    }
  })
  const isError = (problem: EditorProblem) => problem.severity === 'error'
  return [...problems.filter(isError), ...problems.filter((problem) => !isError(problem))]
}

/** Values of problems of expressions that contain kinds of values or of text, joined by commas. */
const KIND_VALUES = ['wanted', 'given', 'left', 'right', 'expected', 'found']
const KIND_NAMES: Readonly<Record<string, MessageKey>> = {
  null: 'schema.type.null',
  boolean: 'schema.type.boolean',
  number: 'schema.type.number',
  text: 'schema.type.string',
  list: 'schema.type.array',
  object: 'schema.type.object',
  value: 'syntax.value',
  key: 'syntax.key',
  key_or_index: 'syntax.keyOrIndex',
  operator: 'syntax.operator',
  end: 'syntax.end',
}

/** Replaces kinds by their names in the language of the editor, and ids of nodes in paths by their names. */
function valuesInWords(values: MessageValues, names: ReadonlyMap<NodeId, string>, t: Translate): MessageValues {
  const entries = Object.entries(values).map(([name, value]) => {
    if (typeof value !== 'string') return [name, value] as const
    if (!KIND_VALUES.includes(name)) return [name, withNodeNames(value, names)] as const
    const kinds = value.split(', ').map((kind) => {
      const key = Object.hasOwn(KIND_NAMES, kind) ? KIND_NAMES[kind] : undefined
      return key === undefined ? kind : t(key)
    })
    return [name, kinds.join(', ')] as const
  })
  return Object.fromEntries(entries)
}

function inOwnWords({ code, values, title, operations }: IssueFix, t: Translate): ProblemFix {
  return { title: t.ofCode(`fix.${code}`, { ...values, title }) ?? title, operations }
}

/** Name of the settings in the messages of issues. */
const SETTINGS_NAME = 'Settings of the workflow'

// The node is named beside its problem already, and so is the workflow, and other nodes are shown by name, not by id.
function inWords({ message, nodeId, path }: ListedIssue, names: ReadonlyMap<NodeId, string>): string {
  const name = nodeId !== undefined ? names.get(nodeId) : path?.[0] === 'settings' ? SETTINGS_NAME : undefined
  const rest =
    name !== undefined && message.startsWith(`${name}: `) ? sentenceCase(message.slice(name.length + 2)) : message
  return withNodeNames(rest, names)
}

function withNodeNames(text: string, names: ReadonlyMap<NodeId, string>): string {
  return text.replaceAll(/\bnodes\.([A-Za-z_]\w*)\.output\.?/g, (whole, id: string) => {
    const other = names.get(id)
    return other === undefined ? whole : `${other} › `
  })
}

function countProblems(
  problems: readonly EditorProblem[],
  before: ReadonlyMap<NodeId, ProblemCount>,
): ReadonlyMap<NodeId, ProblemCount> {
  const counts = new Map<NodeId, ProblemCount>()
  for (const { nodeId, severity, message } of problems) {
    if (nodeId === null) continue
    const known = counts.get(nodeId)
    counts.set(
      nodeId,
      known === undefined ? { count: 1, severity, first: message } : { ...known, count: known.count + 1 },
    )
  }
  // A card renders again only if its own entry changes.
  return new Map([...counts].map(([nodeId, count]) => [nodeId, shareStructure(before.get(nodeId), count)]))
}
