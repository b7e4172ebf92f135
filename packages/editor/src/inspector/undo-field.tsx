import { compensationsOf, type NodeId, type WorkflowDocument, type WorkflowNode } from '@tenon/core/document'
import { useTranslate } from '../instance/instance-context.ts'
import type { ManifestIndex } from '../manifest/manifest-index.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { Button } from '../ui/button.tsx'
import { Select } from '../ui/select.tsx'

interface UndoFieldProps {
  readonly node: WorkflowNode
  readonly isReadOnly: boolean
  readonly onChange: (nodeId: NodeId | null) => void
}

/** Choice of the node that undoes another one, with a button that adds one. */
export function UndoField({ node, isReadOnly, onChange }: UndoFieldProps) {
  const t = useTranslate()
  const { dispatch } = useSession()
  const document = useEditorStore((state) => state.document)
  const manifest = useEditorStore((state) => state.manifest)
  const chosen = node.policy?.compensation ?? ''
  const options = candidates(document, manifest, node).map(({ id, name }) => ({ value: id, label: name }))
  return (
    <>
      <Select
        value={chosen}
        disabled={isReadOnly}
        options={[{ value: '', label: t('policy.undoNone') }, ...options]}
        onChange={(id) => onChange(id === '' ? null : id)}
      />
      {chosen === '' && !isReadOnly && (
        <Button
          size="s"
          onClick={() =>
            dispatch({ type: 'add-undo', nodeId: node.id, name: t('policy.undoName', { name: node.name }) })
          }
        >
          {t('policy.undoAdd')}
        </Button>
      )}
    </>
  )
}

/** Returns the nodes that can undo a node: without edges, in the same container, and not undoing another one. */
function candidates(document: WorkflowDocument, manifest: ManifestIndex, node: WorkflowNode): readonly WorkflowNode[] {
  const undoing = compensationsOf(document)
  const connected = new Set(document.edges.flatMap(({ source, target }) => [source, target]))
  return document.nodes.filter((each) => {
    if (each.id === node.policy?.compensation) return true
    const { control } = manifest.entryOf(each) ?? {}
    const isFree = each.id !== node.id && !connected.has(each.id) && !undoing.has(each.id)
    const isFit = control === undefined || control === 'child'
    return isFree && isFit && each.parentId === node.parentId && each.policy?.compensation === undefined
  })
}

/** Returns the name of the node that a node undoes; `null` if it undoes none. */
export function useUndoneName(nodeId: NodeId): string | null {
  return useEditorStore(({ document, nodesById }) => {
    const undone = compensationsOf(document).get(nodeId)
    return undone === undefined ? null : (nodesById.get(undone)?.name ?? null)
  })
}
