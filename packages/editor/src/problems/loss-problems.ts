import type { DraftLoss } from '@tenon/core/collab'
import type { DocumentOperation, WorkflowDocument, WorkflowEdge } from '@tenon/core/document'
import type { Translate } from '../messages/format.ts'
import type { EditorProblem, ProblemFix, PublishedVersion } from '../store/editor-state.ts'

/** Code of a problem with content that cannot be read; publishing refuses such a draft with the same code. */
export const DRAFT_UNREADABLE = 'DRAFT_UNREADABLE'

interface LossContext {
  /** The readable part of the draft. */
  readonly document: WorkflowDocument
  /** Latest version, if loaded: it may contain the unreadable content. */
  readonly published: PublishedVersion | null
  readonly translate: Translate
}

/** Lists the content of a draft that cannot be read as problems, each with the ways to repair it. */
export function lossProblems(losses: readonly DraftLoss[], context: LossContext): EditorProblem[] {
  const { document, translate: t } = context
  return losses.map((loss, index) => {
    const nodeId = loss.part === 'nodes' && document.nodes.some(({ id }) => id === loss.key) ? loss.key : null
    const values = { part: loss.part, key: loss.key, message: loss.message, node: nodeId ?? '', field: '' }
    return {
      id: [DRAFT_UNREADABLE, loss.part, loss.key, index].join('|'),
      nodeId,
      edgeId: null,
      field: [],
      range: null,
      severity: 'error',
      code: DRAFT_UNREADABLE,
      message: t.ofCode(`problem.${DRAFT_UNREADABLE}`, values) ?? loss.message,
      fixes: fixesOf(loss, context),
    }
  })
}

function fixesOf({ part, key }: DraftLoss, { document, published, translate: t }: LossContext): readonly ProblemFix[] {
  const drop: DocumentOperation = { op: 'drop_unreadable', part, key }
  if (hasEntry(document, part, key)) return [{ title: t('problems.keepReadable'), operations: [drop] }]
  const remove = { title: t('problems.removeUnreadable'), operations: [drop] }
  const restoring = published === null ? null : restoringOperations({ part, key }, document, published.document)
  if (published === null || restoring === null) return [remove]
  const title = t('problems.restoreUnreadable', { version: published.version })
  return [{ title, operations: [drop, ...restoring] }, remove]
}

/** Checks whether a part of the entry is readable. */
function hasEntry(document: WorkflowDocument, part: DraftLoss['part'], key: string): boolean {
  if (part === 'settings') return key in document.settings
  if (part === 'variables') return document.variables.some(({ name }) => name === key)
  return document[part].some(({ id }) => id === key)
}

/** Returns the operations that restore an entry from a version; `null` if the version does not have it. */
function restoringOperations(
  { part, key }: Pick<DraftLoss, 'part' | 'key'>,
  document: WorkflowDocument,
  version: WorkflowDocument,
): readonly DocumentOperation[] | null {
  switch (part) {
    case 'nodes': {
      const node = version.nodes.find(({ id }) => id === key)
      if (node === undefined) return null
      const ids = new Set([...document.nodes.map(({ id }) => id), key])
      const { parentId, ...free } = node
      const restored = parentId === undefined || !ids.has(parentId) ? free : node
      const edges = version.edges.filter((edge) => edge.source === key || edge.target === key)
      return [{ op: 'add_node', node: restored }, ...addable(edges, ids, document)]
    }
    case 'edges': {
      const ids = new Set(document.nodes.map(({ id }) => id))
      const restored = addable(
        version.edges.filter(({ id }) => id === key),
        ids,
        document,
      )
      return restored.length === 0 ? null : restored
    }
    case 'variables': {
      const variable = version.variables.find(({ name }) => name === key)
      return variable === undefined ? null : [{ op: 'set_variable', name: key, variable }]
    }
    case 'annotations': {
      const annotation = version.annotations.find(({ id }) => id === key)
      return annotation === undefined ? null : [{ op: 'set_annotation', id: key, annotation }]
    }
    case 'settings': {
      const setting = Object.entries(version.settings).find(([name]) => name === key)
      if (setting === undefined) return null
      return [{ op: 'set_setting', key: key as keyof WorkflowDocument['settings'], value: setting[1] }]
    }
  }
}

function addable(
  edges: readonly WorkflowEdge[],
  ids: ReadonlySet<string>,
  { edges: present }: WorkflowDocument,
): readonly DocumentOperation[] {
  const known = new Set(present.map(({ id }) => id))
  return edges
    .filter(({ id, source, target }) => !known.has(id) && ids.has(source) && ids.has(target))
    .map((edge) => ({ op: 'add_edge', edge }))
}
