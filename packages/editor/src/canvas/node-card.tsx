import { type ResolvedPort, resolvePorts } from '@tenon/core/document'
import { Handle, type NodeProps, Position, useUpdateNodeInternals } from '@xyflow/react'
import { memo, type ReactNode, useContext, useEffect, useMemo, useRef } from 'react'
import { WorkflowsContext } from '../contexts/workflows-context.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { isPlainPort } from '../manifest/ports.ts'
import { useEditorStore } from '../session/session-context.tsx'
import type { DropTarget } from '../store/editor-state.ts'
import { Boundary } from '../ui/boundary.tsx'
import { Icon } from '../ui/icon.tsx'
import { IconTile } from '../ui/icon-tile.tsx'
import { StatusMark } from '../ui/status-mark.tsx'
import { CalledWorkflow } from './called-workflow.tsx'
import { useCanvasHover } from './canvas-hover.ts'
import { useChangeMark } from './change-marks.ts'
import type { FlowNode } from './flow-types.ts'
import { useNodeRun } from './node-status.ts'
import { summarize } from './node-summary.ts'
import { ScheduleSummary } from './schedule-summary.tsx'

const UNKNOWN_ICON = 'M12 3a9 9 0 1 0 .01 0M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 16.5h.01'

/** Renders one node of the workflow as a card. */
export const NodeCard = memo(function NodeCard({ id, data, selected = false }: NodeProps<FlowNode>) {
  return (
    <CardShell className="tn-card" id={id} data={data} selected={selected}>
      <CardContent id={id} data={data}>
        <CardSummary data={data} />
      </CardContent>
    </CardShell>
  )
})

interface CardShellProps extends Pick<NodeProps<FlowNode>, 'id' | 'data'> {
  readonly className: string
  readonly selected: boolean
  readonly children: ReactNode
}

/** Renders the border of a card or a frame: selection, state in a run, other users, changes, and the drop target. */
export function CardShell({ className, id, data, selected, children }: CardShellProps) {
  const t = useTranslate()
  const run = useNodeRun(id)
  const change = useChangeMark(id)
  const mark = useEditorStore((state) => state.peerMarks.get(id))
  const drop = useEditorStore((state) => dropOn(state.dropTarget, id))
  const hover = useCanvasHover()
  const { node, entry } = data
  return (
    <article
      className={className}
      aria-label={t('canvas.card', { name: node.name, type: entry?.title ?? node.type })}
      data-selected={selected || undefined}
      data-disabled={node.disabled || undefined}
      data-status={run?.status}
      data-change={change}
      data-drop={drop}
      style={mark === undefined ? undefined : { ['--tn-peer' as string]: mark.color }}
      data-peer={mark === undefined ? undefined : ''}
      onPointerEnter={() => hover.enter(id)}
      onPointerLeave={() => hover.leave(id)}
    >
      {change !== undefined && <span className="tn-card-change">{t(`versions.${change}`)}</span>}
      {mark !== undefined && (
        <span className="tn-card-peer" dir="auto">
          {mark.displayName}
        </span>
      )}
      <Boundary resetKey={data} fallback={() => <p className="tn-card-summary">{t('canvas.cardFailed')}</p>}>
        {children}
      </Boundary>
    </article>
  )
}

interface CardContentProps extends Pick<NodeProps<FlowNode>, 'id' | 'data'> {
  /** Element between the head and the ports. */
  readonly children: ReactNode
}

/** Renders the handles of a node, its head and its ports. */
export function CardContent({ id, data, children }: CardContentProps) {
  const { node, entry } = data
  const ports = useMemo(() => (entry === undefined ? [] : resolvePorts(node, entry)), [entry, node])
  const plain = ports.find((port) => isPlainPort(port, ports))
  const rows = ports.filter((port) => port !== plain)
  useFreshHandles(id, ports)
  return (
    <>
      {(entry?.inputs ?? UNKNOWN_INPUTS).map((input) => (
        <Handle key={input.name} id={input.name} type="target" position={Position.Left} className="tn-handle" />
      ))}
      <CardHead id={id} data={data} />
      {children}
      {plain !== undefined && <Handle id={plain.name} type="source" position={Position.Right} className="tn-handle" />}
      {entry === undefined && <Handle id="success" type="source" position={Position.Right} className="tn-handle" />}
      {rows.length > 0 && (
        <ul className="tn-card-ports">
          {rows.map((port) => (
            <li
              key={port.name}
              className="tn-card-port"
              data-error={port.isError || undefined}
              title={port.description}
            >
              <span dir="auto">{port.title}</span>
              <Handle id={port.name} type="source" position={Position.Right} className="tn-handle" />
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

const UNKNOWN_INPUTS = Object.freeze([{ name: 'in' }])

function CardHead({ id, data }: { readonly id: string; readonly data: FlowNode['data'] }) {
  const t = useTranslate()
  const run = useNodeRun(id)
  const problems = useEditorStore((state) => state.problemCounts.get(id))
  const { node, entry } = data
  const type = entry === undefined ? t('canvas.unknownType', { type: node.type }) : entry.title
  return (
    <header className="tn-card-head">
      <IconTile path={entry?.icon ?? UNKNOWN_ICON} category={entry?.category ?? 'flow'} />
      <div className="tn-card-title">
        <b title={node.name} dir="auto">
          {node.name}
        </b>
        <small>
          {run !== null && run.label !== '' ? <span className="tn-tabular">{`${run.label} · `}</span> : null}
          {node.disabled === true ? t('canvas.disabledType', { type }) : type}
        </small>
      </div>
      {node.locked === true && <Icon name="lock" size={14} />}
      {run !== null && run.status !== 'idle' && <StatusMark status={run.status} label={run.statusLabel} />}
      {run === null && problems !== undefined && (
        <span className="tn-card-problem" data-severity={problems.severity} title={problems.first}>
          <Icon name="warning" size={14} />
          <span className="tn-visually-hidden">{t('canvas.problems', { count: problems.count })}</span>
        </span>
      )}
    </header>
  )
}

// Only documents with schedules need it.
/** Renders the sentence on a card; in a run, the reason of its failure. */
export function CardSummary({ data }: { readonly data: FlowNode['data'] }) {
  const { node, entry } = data
  const run = useNodeRun(node.id)
  const reason = run?.reason
  const workflows = useContext(WorkflowsContext)
  const parts = useMemo(() => (entry === undefined ? [] : summarize(entry, node.params)), [entry, node.params])
  if (reason !== undefined && reason !== '') {
    return (
      <p className="tn-card-summary tn-card-reason" dir="auto" title={reason}>
        {reason}
      </p>
    )
  }
  if (run?.note !== undefined) {
    return (
      <p className="tn-card-summary" dir="auto" title={run.note}>
        {run.note}
      </p>
    )
  }
  if (entry === undefined) return null
  if (entry.control === 'child' && workflows !== null) {
    return (
      <p className="tn-card-summary" dir="auto">
        <CalledWorkflow workflows={workflows} node={node} entry={entry} />
      </p>
    )
  }
  if (entry.trigger === 'schedule') {
    return (
      <p className="tn-card-summary" dir="auto">
        <ScheduleSummary node={node} entry={entry} />
      </p>
    )
  }
  if (parts.length === 0)
    return (
      <p className="tn-card-summary" dir="auto">
        {entry.description}
      </p>
    )
  return (
    <p className="tn-card-summary" dir="auto">
      {parts.map((part, index) =>
        part.kind === 'text' ? (
          part.text
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence have no identity but their index
          <span key={index} className="tn-chip" title={part.title}>
            {part.text}
          </span>
        ),
      )}
    </p>
  )
}

// React Flow measures handles when the size of a card changes; a renamed port may not change it.
function useFreshHandles(id: string, ports: readonly ResolvedPort[]): void {
  const update = useUpdateNodeInternals()
  const key = ports.map((port) => port.name).join('\n')
  const measured = useRef(key)
  // A new card is measured anyway; requesting it for each of 500 would measure all of them 500 times.
  useEffect(() => {
    if (measured.current === key) return
    measured.current = key
    update(id)
  }, [id, key, update])
}

function dropOn(target: DropTarget | null, id: string): string | undefined {
  if (target?.kind !== 'node' || target.nodeId !== id) return undefined
  return target.isAllowed ? 'allowed' : 'refused'
}
