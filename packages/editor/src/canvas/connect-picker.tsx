import { type NodeId, resolvePorts, type WorkflowNode } from '@tenon/core/document'
import { useCallback, useMemo, useState } from 'react'
import type { CanvasSlot } from '../contexts/canvas-handle.ts'
import { connectionRefusal } from '../graph/connection-rules.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { IconTile } from '../ui/icon-tile.tsx'
import { SearchList } from '../ui/search-list.tsx'
import { SegmentedControl } from '../ui/segmented-control.tsx'
import { CanvasPopup } from './canvas-popup.tsx'

/** Connects the selected node by keyboard: choose a port, then the target node. */
export function ConnectPicker({ canvas }: { readonly canvas: CanvasSlot }) {
  const { store } = useSession()
  const nodeId = useEditorStore((state) => state.connecting)
  const node = useEditorStore((state) => (nodeId === null ? undefined : state.nodesById.get(nodeId)))
  if (node === undefined) return null
  const close = () => {
    store.setState({ connecting: null })
    canvas.current?.focus()
  }
  return <OpenPicker key={node.id} node={node} onClose={close} />
}

function OpenPicker({ node, onClose }: { readonly node: WorkflowNode; readonly onClose: () => void }) {
  const t = useTranslate()
  const { dispatch } = useSession()
  const document = useEditorStore((state) => state.document)
  const manifest = useEditorStore((state) => state.manifest)
  const entry = manifest.entryOf(node)
  const ports = useMemo(() => (entry === undefined ? [] : resolvePorts(node, entry)), [entry, node])
  const isUsed = (port: string) => document.edges.some((edge) => edge.source === node.id && edge.sourceHandle === port)
  const [port, setPort] = useState(() => (ports.find(({ name }) => !isUsed(name)) ?? ports[0])?.name ?? '')
  const findTargets = useCallback(
    (query: string) =>
      document.nodes.flatMap((target) => {
        const targetHandle = manifest.entryOf(target)?.inputs[0]?.name ?? 'in'
        const connection = { source: node.id, sourceHandle: port, target: target.id, targetHandle }
        if (connectionRefusal(document, manifest, connection) !== null) return []
        return target.name.toLowerCase().includes(query.trim().toLowerCase()) ? [{ target, connection }] : []
      }),
    [document, manifest, node.id, port],
  )
  return (
    <CanvasPopup label={t('connect.title', { name: node.name })} at={null} onClose={onClose}>
      <div className="tn-picker">
        {ports.length > 1 && (
          <SegmentedControl
            size="s"
            label={t('connect.from')}
            value={port}
            onChange={setPort}
            options={ports.map(({ name, title }) => ({ value: name, label: title }))}
          />
        )}
        <SearchList
          label={t('connect.search', { name: node.name })}
          find={findTargets}
          onChoose={({ connection }) => {
            dispatch({ type: 'connect', connection })
            onClose()
          }}
          listLabel={t('connect.targets')}
          emptyText={t('connect.none')}
          keyOf={({ target }) => target.id}
        >
          {({ target }) => <Target nodeId={target.id} />}
        </SearchList>
      </div>
    </CanvasPopup>
  )
}

function Target({ nodeId }: { readonly nodeId: NodeId }) {
  const node = useEditorStore((state) => state.nodesById.get(nodeId))
  const entry = useEditorStore((state) => (node === undefined ? undefined : state.manifest.entryOf(node)))
  if (node === undefined) return null
  return (
    <>
      {entry !== undefined && <IconTile path={entry.icon} category={entry.category} size="s" />}
      <span className="tn-palette-text" dir="auto">
        {node.name}
        <small>{entry?.title ?? node.type}</small>
      </span>
    </>
  )
}
