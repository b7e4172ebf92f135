import { useMemo, useRef, useState } from 'react'
import type { Actions } from '../contexts/action-names.ts'
import type { CanvasSlot } from '../contexts/canvas-handle.ts'
import { useTranslate } from '../instance/instance-context.ts'
import type { LayoutProvider } from '../layout/layout-provider.ts'
import { workerLayout } from '../layout/worker-layout.ts'
import { useSession } from '../session/session-context.tsx'
import { useAnnouncer } from '../ui/live-region.tsx'
import { createActions } from './actions.ts'
import { useClipboard } from './use-clipboard.ts'

interface EditorActionsOptions {
  readonly frame: HTMLElement | null
  readonly canvas: CanvasSlot
  readonly layout: LayoutProvider | undefined
}

const VIEW = ':scope > .tn-outline, :scope > .tn-canvas'
const NAME = '[data-inspector-name]'
const FIRST_FIELD = '[data-inspector-form] :is(input, select, textarea, button, [contenteditable="true"])'

/** Returns the actions of one editor, bound to its parts. */
export function useEditorActions({ frame, canvas, layout }: EditorActionsOptions): Actions {
  const t = useTranslate()
  const { toast } = useAnnouncer()
  const session = useSession()
  const hostLayout = useRef(layout)
  hostLayout.current = layout
  const [ownLayout] = useState(() => workerLayout())
  const { copySelection, paste } = useClipboard(frame, session, canvas)
  return useMemo(
    () =>
      createActions({
        session,
        canvas,
        layout: () => hostLayout.current ?? ownLayout,
        copySelection,
        paste,
        focusInspector: (part) => {
          // A closed inspector opens with the next frame.
          requestAnimationFrame(() => {
            const target = frame?.querySelector(part === 'name' ? NAME : FIRST_FIELD)
            if (target instanceof HTMLElement) target.focus()
          })
        },
        focusView: () =>
          void requestAnimationFrame(() => {
            const view = frame?.querySelector(VIEW)
            if (view instanceof HTMLElement) view.focus()
          }),
        onTidyUpFailed: () => toast(t('command.tidyUpFailed'), { tone: 'failed' }),
      }),
    [t, toast, session, canvas, ownLayout, copySelection, paste, frame],
  )
}
