import { diffDocuments } from '@tenon/core/collab'
import {
  humanize,
  type Json,
  type NodeId,
  type WorkflowDocument,
  type WorkflowEdge,
  type WorkflowNode,
} from '@tenon/core/document'
import type { ReactNode } from 'react'
import { labelOfTemplate } from '../expression-field/reference-label.ts'
import { TemplateParts } from '../expression-field/template-text.tsx'
import { useInstance } from '../instance/instance-context.ts'
import { useEditorStore } from '../session/session-context.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { type ChangeKind, countedChanges, type DocumentChange, isSameNode } from './compare-documents.ts'
import { type FieldDifference, fieldDifferences } from './field-differences.ts'
import { valueTexts } from './value-text.ts'

interface ChangeListProps {
  readonly changes: readonly DocumentChange[]
  /** The document before, and the one after. */
  readonly documents: readonly [WorkflowDocument, WorkflowDocument]
  readonly from: string
  readonly to: string
  readonly selectedNodeId: NodeId | null
  readonly onSelectNode: (nodeId: NodeId) => void
}

/** The differences between two documents: each node with its fields before and after, then the rest. */
export function ChangeList({ changes: all, documents, from, to, selectedNodeId, onSelectNode }: ChangeListProps) {
  const { t, locale } = useInstance()
  const manifest = useEditorStore((state) => state.manifest)
  const changes = countedChanges(all)
  if (changes.length === 0) {
    return diffDocuments(...documents).length === 0 ? (
      <EmptyState icon="check" title={t('versions.same')} />
    ) : (
      <EmptyState icon="check" title={t('versions.sameLogic')} description={t('versions.sameLogicText')} />
    )
  }
  const [nodesBefore, nodesAfter] = [nodesOf(documents[0]), nodesOf(documents[1])]
  const nodes = { before: nodesBefore, after: nodesAfter }
  const nameOf = (nodeId: NodeId) => (nodesAfter.get(nodeId) ?? nodesBefore.get(nodeId))?.name ?? nodeId
  // Two edges between the same nodes differ by their port.
  const edgeName = ({ source, sourceHandle, target }: WorkflowEdge) => {
    const port = sourceHandle === 'success' ? '' : ` (${sourceHandle})`
    return `${nameOf(source)}${port} → ${nameOf(target)}`
  }
  const fieldsOf = (before: WorkflowNode | null, after: WorkflowNode | null) =>
    before === null || after === null ? [] : fieldDifferences(before, after, { manifest, t, locale, nameOf })
  const valuesOf = (before: Json | undefined, after: Json | undefined): readonly FieldDifference[] => [
    { key: 'value', label: '', ...valueTexts(before, after, { t, locale }), hasTemplates: false },
  ]
  return (
    <>
      <p className="tn-version-count" role="status">
        {t('versions.changes', { count: changes.length, from, to })}
      </p>
      <ul className="tn-changes">
        {changes.map((change) => {
          const { part, kind } = change
          if (part === 'node') {
            const node = change.after ?? change.before
            if (node === null) return null
            return (
              <ChangeItem
                key={`node ${node.id}`}
                kind={kind}
                isRenamed={isRenamed(change.before, change.after)}
                name={node.name}
                differences={fieldsOf(change.before, change.after)}
                nodes={nodes}
                isSelected={node.id === selectedNodeId}
                onSelect={() => onSelectNode(node.id)}
              />
            )
          }
          if (part === 'edge') {
            const edge = change.after ?? change.before
            return edge === null ? null : (
              <ChangeItem key={`edge ${edge.id}`} kind={kind} name={edgeName(edge)} differences={[]} />
            )
          }
          if (part === 'variable') {
            const name = (change.after ?? change.before)?.name ?? ''
            return (
              <ChangeItem
                key={`variable ${name}`}
                kind={kind}
                name={t('versions.variable', { name })}
                differences={valuesOf(change.before?.value, change.after?.value)}
              />
            )
          }
          return (
            <ChangeItem
              key={`setting ${change.key}`}
              kind={kind}
              name={change.key === 'timeout' ? t('inspector.runLimit') : humanize(change.key)}
              differences={valuesOf(settingValue(change.before), settingValue(change.after))}
            />
          )
        })}
      </ul>
    </>
  )
}

/** Checks whether only the name of a node differs; layout does not count. */
function isRenamed(before: WorkflowNode | null, after: WorkflowNode | null): boolean {
  if (before === null || after === null || before.name === after.name) return false
  return isSameNode({ ...before, name: after.name }, after)
}

type Nodes = ReadonlyMap<NodeId, WorkflowNode>

function nodesOf({ nodes }: WorkflowDocument): Nodes {
  return new Map(nodes.map((node) => [node.id, node]))
}

/** Returns a setting as JSON, as documents are; `undefined` if it is missing. */
function settingValue(value: unknown): Json | undefined {
  return value === null ? undefined : (value as Json)
}

interface NodesOfBoth {
  readonly before: Nodes
  readonly after: Nodes
}

interface ChangeItemProps {
  readonly kind: ChangeKind
  /** True for a node of which only the name differs. @defaultValue false */
  readonly isRenamed?: boolean
  readonly name: string
  readonly differences: readonly FieldDifference[]
  /** Nodes of the two documents, for the references in a node. @defaultValue none: the values are plain text */
  readonly nodes?: NodesOfBoth
  readonly isSelected?: boolean
  readonly onSelect?: () => void
}

function ChangeItem({ kind, isRenamed: hasNewName, name, differences, nodes, ...item }: ChangeItemProps) {
  const { isSelected = false, onSelect } = item
  const { t } = useInstance()
  const head = (
    <>
      <span className="tn-change-kind">{t(hasNewName ? 'versions.renamed' : `versions.${kind}`)}</span>
      <span className="tn-change-name" dir="auto">
        {name}
      </span>
    </>
  )
  return (
    <li className="tn-change" data-change={kind} data-selected={isSelected || undefined}>
      {onSelect === undefined ? (
        <p className="tn-change-head">{head}</p>
      ) : (
        <button type="button" className="tn-change-head" aria-pressed={isSelected} onClick={onSelect}>
          {head}
        </button>
      )}
      {differences.length > 0 && (
        <dl className="tn-change-fields">
          {differences.map((difference) => (
            <Difference key={difference.key} difference={difference} nodes={nodes} />
          ))}
        </dl>
      )}
    </li>
  )
}

interface DifferenceProps {
  readonly difference: FieldDifference
  readonly nodes: NodesOfBoth | undefined
}

/** Values of one field; references are shown by name, unless both values would look the same. */
function Difference({ difference, nodes }: DifferenceProps) {
  const { t } = useInstance()
  const { label, hasTemplates } = difference
  const before = difference.before ?? t('versions.nothing')
  const after = difference.after ?? t('versions.nothing')
  const isNamed =
    nodes !== undefined &&
    hasTemplates &&
    labelOfTemplate(before, nodes.before, t) !== labelOfTemplate(after, nodes.after, t)
  return (
    <div>
      {label !== '' && <dt>{label}</dt>}
      <Value kind="removed" label={t('versions.before')}>
        {isNamed ? <TemplateParts text={before} nodes={nodes.before} /> : before}
      </Value>
      <Value kind="added" label={t('versions.after')}>
        {isNamed ? <TemplateParts text={after} nodes={nodes.after} /> : after}
      </Value>
    </div>
  )
}

interface ValueProps {
  readonly kind: 'added' | 'removed'
  readonly label: string
  readonly children: ReactNode
}

function Value({ kind, label, children }: ValueProps) {
  return (
    <dd className="tn-change-value" data-change={kind} dir="auto">
      <span className="tn-visually-hidden">{`${label} `}</span>
      {children}
    </dd>
  )
}
