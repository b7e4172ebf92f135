import { type NodeId, resolvePorts, type WorkflowNode } from '@tenon/core/document'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { CanvasSlot } from '../contexts/canvas-handle.ts'
import { connectionRefusal } from '../graph/connection-rules.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { useEditorStore, useSession } from '../session/session-context.tsx'
import { IconTile } from '../ui/icon-tile.tsx'
import { SearchInput } from '../ui/search-input.tsx'
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
  const [query, setQuery] = useState('')
  const [active, setActive] = useState(0)
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus({ preventScroll: true }), [])
  const targets = useMemo(
    () =>
      document.nodes.flatMap((target) => {
        const targetHandle = manifest.entryOf(target)?.inputs[0]?.name ?? 'in'
        const connection = { source: node.id, sourceHandle: port, target: target.id, targetHandle }
        if (connectionRefusal(document, manifest, connection) !== null) return []
        return target.name.toLowerCase().includes(query.trim().toLowerCase()) ? [{ target, connection }] : []
      }),
    [document, manifest, node.id, port, query],
  )
  const at = Math.min(active, Math.max(0, targets.length - 1))
  const choose = (index: number) => {
    const chosen = targets[index]
    if (chosen === undefined) return
    dispatch({ type: 'connect', connection: chosen.connection })
    onClose()
  }
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
        <SearchInput
          ref={input}
          label={t('connect.search', { name: node.name })}
          value={query}
          onChange={setQuery}
          onKeyDown={(event) => {
            const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
            if (step !== 0) {
              event.preventDefault()
              setActive((at + step + targets.length) % Math.max(1, targets.length))
            }
            if (event.key === 'Enter') {
              event.preventDefault()
              choose(at)
            }
          }}
        />
        <div className="tn-picker-list" role="listbox" aria-label={t('connect.targets')}>
          {targets.map(({ target }, index) => (
            <TargetRow
              key={target.id}
              nodeId={target.id}
              isActive={index === at}
              onHover={() => setActive(index)}
              onChoose={() => choose(index)}
            />
          ))}
          {targets.length === 0 && <p className="tn-picker-empty">{t('connect.none')}</p>}
        </div>
      </div>
    </CanvasPopup>
  )
}

interface TargetRowProps {
  readonly nodeId: NodeId
  readonly isActive: boolean
  readonly onHover: () => void
  readonly onChoose: () => void
}

function TargetRow({ nodeId, isActive, onHover, onChoose }: TargetRowProps) {
  const node = useEditorStore((state) => state.nodesById.get(nodeId))
  const entry = useEditorStore((state) => (node === undefined ? undefined : state.manifest.entryOf(node)))
  if (node === undefined) return null
  return (
    <div
      role="option"
      tabIndex={-1}
      aria-selected={isActive}
      className="tn-picker-item"
      onPointerMove={onHover}
      onClick={onChoose}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onChoose()
      }}
    >
      {entry !== undefined && <IconTile path={entry.icon} category={entry.category} size="s" />}
      <span className="tn-palette-text">
        {node.name}
        <small>{entry?.title ?? node.type}</small>
      </span>
    </div>
  )
}
