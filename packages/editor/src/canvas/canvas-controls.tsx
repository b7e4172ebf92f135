import { MiniMap } from '@xyflow/react'
import type { ActionName } from '../contexts/action-names.ts'
import { useActions } from '../contexts/actions-context.ts'
import { useShortcut } from '../contexts/shortcut-label.ts'
import { useInstance, useTranslate } from '../instance/instance-context.ts'
import { useEditorStore } from '../session/session-context.tsx'
import { Icon } from '../ui/icon.tsx'
import type { IconName } from '../ui/icons.ts'
import { Tooltip } from '../ui/tooltip.tsx'
import type { FlowNode } from './flow-types.ts'
import { useZoom } from './use-zoom.ts'

/** Zoom, fit, tidy up, undo and redo, at the lower edge of the canvas. */
export function CanvasControls() {
  const t = useTranslate()
  const zoom = useZoom()
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  const canUndo = useEditorStore((state) => state.canUndo)
  const canRedo = useEditorStore((state) => state.canRedo)
  return (
    <div className="tn-tools" role="toolbar" aria-label={t('canvas.controls')}>
      <Tool action="zoom-out" label={t('canvas.zoomOut')} icon="minus" />
      <Tool action="zoom-reset" label={t('canvas.actualSize')} text={`${Math.round(zoom * 100)} %`} />
      <Tool action="zoom-in" label={t('canvas.zoomIn')} icon="plus" />
      <Tool action="fit" label={t('canvas.fitHint')} text={t('canvas.fit')} />
      {!isReadOnly && (
        <>
          <Tool action="tidy-up" label={t('canvas.tidyHint')} text={t('canvas.tidyUp')} />
          <Tool action="undo" label={t('canvas.undo')} icon="undo" isDisabled={!canUndo} />
          <Tool action="redo" label={t('canvas.redo')} icon="redo" isDisabled={!canRedo} />
        </>
      )}
    </div>
  )
}

interface ToolProps {
  readonly action: ActionName
  readonly label: string
  readonly icon?: IconName
  readonly text?: string
  readonly isDisabled?: boolean
}

function Tool({ action, label, icon, text, isDisabled = false }: ToolProps) {
  const actions = useActions()
  const shortcut = useShortcut(action)
  return (
    <Tooltip content={label} shortcut={shortcut} side="top">
      <button
        type="button"
        className="tn-tool tn-tabular"
        aria-label={text === undefined ? label : undefined}
        aria-disabled={isDisabled || undefined}
        onClick={actions[action]}
      >
        {icon === undefined ? text : <Icon name={icon} size={16} />}
      </button>
    </Tooltip>
  )
}

// React Flow computes its drawing from these values, so a style sheet cannot set them.
const SIZE = Object.freeze({ width: 150, height: 92 })

/** Overview of the whole workflow in the lower corner; dragging it moves the view. */
export function Overview() {
  const { t, dir } = useInstance()
  const isNeeded = useEditorStore((state) => state.document.nodes.length > 4)
  if (!isNeeded) return null
  return (
    <MiniMap<FlowNode>
      className="tn-overview"
      style={SIZE}
      position={dir === 'rtl' ? 'bottom-left' : 'bottom-right'}
      ariaLabel={t('canvas.overview')}
      nodeClassName={(node) => (node.selected === true ? 'tn-overview-selected' : '')}
      nodeBorderRadius={14}
      offsetScale={2}
      pannable
      zoomable
    />
  )
}
