import { MiniMap } from '@xyflow/react'
import { useInstance, useTranslate } from '../instance/instance-context.ts'
import { useEditorStore } from '../session/session-context.tsx'
import { classNames } from '../ui/class-names.ts'
import type { FlowNode } from './flow-types.ts'
import { HistoryTools, ToolButton } from './tool-button.tsx'
import { useZoom } from './use-zoom.ts'

/** Zoom, fit, tidy up, undo and redo, at the lower edge of the canvas. */
export function CanvasControls() {
  const t = useTranslate()
  const zoom = useZoom()
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  return (
    <div className="tn-tools" role="toolbar" aria-label={t('canvas.controls')}>
      <ToolButton action="zoom-out" label={t('canvas.zoomOut')} icon="minus" />
      <ToolButton action="zoom-reset" label={t('canvas.actualSize')} text={`${Math.round(zoom * 100)} %`} />
      <ToolButton action="zoom-in" label={t('canvas.zoomIn')} icon="plus" />
      <ToolButton action="fit" label={t('canvas.fitHint')} text={t('canvas.fit')} />
      {!isReadOnly && (
        <>
          <ToolButton action="tidy-up" label={t('canvas.tidyHint')} text={t('canvas.tidyUp')} />
          <HistoryTools />
        </>
      )}
    </div>
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
      nodeClassName={({ selected, type }) =>
        classNames(selected === true && 'tn-overview-selected', type === 'loop' && 'tn-overview-loop')
      }
      nodeBorderRadius={14}
      offsetScale={2}
      pannable
      zoomable
    />
  )
}
