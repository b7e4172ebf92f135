import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { Canvas } from './canvas/canvas.tsx'
import { CanvasControls, Overview } from './canvas/canvas-controls.tsx'
import type { CanvasHandle, CanvasSlot } from './canvas/canvas-handle.ts'
import { EmptyCanvas } from './canvas/empty-canvas.tsx'
import type { WorkflowEditorProps } from './editor-props.ts'
import { createInsertTarget, InsertTargetContext } from './expression-field/insert-target.ts'
import type { ControlComponents } from './inspector/control-props.ts'
import { ControlsContext } from './inspector/controls-context.ts'
import { Inspector } from './inspector/inspector.tsx'
import { useTranslate } from './instance/instance-context.ts'
import { isApplePlatform } from './instance/place.ts'
import { useIsPhone } from './instance/use-is-phone.ts'
import { ActionsContext } from './keymap/actions-context.ts'
import { createActions } from './keymap/create-actions.ts'
import { mergeKeymap } from './keymap/keymap.ts'
import { KeymapContext } from './keymap/keymap-context.ts'
import { useClipboard } from './keymap/use-clipboard.ts'
import { useKeymap } from './keymap/use-keymap.ts'
import { workerLayout } from './layout/worker-layout.ts'
import { Palette } from './palette/palette.tsx'
import { QuickAdd } from './palette/quick-add.tsx'
import { openProblem } from './problems/open-problem.ts'
import { useEditorStore, useSession } from './session/session-context.tsx'
import { Topbar } from './topbar/topbar.tsx'
import { useAnnouncer } from './ui/live-region.tsx'

interface EditorFrameProps {
  readonly host: WorkflowEditorProps
  readonly name: string | null
}

/** The parts of an editor in their places, and the keys over all of them. */
export function EditorFrame({ host, name }: EditorFrameProps): ReactNode {
  const t = useTranslate()
  const session = useSession()
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  const [frame, setFrame] = useState<HTMLDivElement | null>(null)
  const canvas = useRef<CanvasHandle | null>(null) satisfies CanvasSlot
  const search = useRef<HTMLInputElement>(null)
  const isPhone = useIsPhone(frame)
  const layout = useRef(host.layout)
  layout.current = host.layout
  const [ownLayout] = useState(() => workerLayout())
  const copySelection = useClipboard(frame, session, canvas)
  const actions = useMemo(
    () =>
      createActions({
        session,
        canvas,
        layout: () => layout.current ?? ownLayout,
        copySelection,
        focusInspector: (part) => {
          const selector =
            part === 'name'
              ? '[data-inspector-name]'
              : '[data-inspector-form] :is(input, select, textarea, button, [contenteditable])'
          const target = frame?.querySelector(selector)
          if (target instanceof HTMLElement) target.focus()
        },
      }),
    [session, ownLayout, copySelection, frame],
  )
  const keymapText = JSON.stringify(host.keymap ?? null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: hosts write the keymap inline
  const keymap = useMemo(() => mergeKeymap(host.keymap), [keymapText])
  const keys = useMemo(() => ({ keymap, isApple: isApplePlatform() }), [keymap])
  const onKeyDown = useKeymap(keymap, actions)
  const [insertTarget] = useState(createInsertTarget)
  useAnnouncements()
  const hasSelection = useEditorStore((state) => state.selectedNodes.size > 0)
  const closed = [isReadOnly ? 'palette' : '', hasSelection ? '' : 'inspector'].filter(Boolean).join(' ')
  return (
    <ActionsContext.Provider value={actions}>
      <KeymapContext.Provider value={keys}>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: keys of the editor, wherever the focus is inside */}
        <div
          ref={setFrame}
          className="tn-frame"
          data-layout={isPhone ? 'phone' : 'wide'}
          data-closed={closed}
          onKeyDown={onKeyDown}
        >
          <Topbar
            breadcrumb={host.breadcrumb}
            name={name ?? t('topbar.untitled')}
            onRename={null}
            state={null}
            onOpenProblem={(problem) => openProblem(session, canvas, problem)}
            onTry={null}
            primary={null}
            menu={[]}
            actions={host.actions}
          />
          {!isReadOnly && <Palette canvas={canvas} searchRef={search} />}
          <Canvas slot={canvas}>
            <EmptyCanvas />
            <CanvasControls />
            <Overview />
            <QuickAdd canvas={canvas} />
          </Canvas>
          <ControlsContext.Provider value={host.controls ?? NO_CONTROLS}>
            <InsertTargetContext.Provider value={insertTarget}>
              <Inspector lastRun={null} />
            </InsertTargetContext.Provider>
          </ControlsContext.Provider>
        </div>
      </KeymapContext.Provider>
    </ActionsContext.Provider>
  )
}

const NO_CONTROLS: ControlComponents = Object.freeze({})

function useAnnouncements(): void {
  const { announce } = useAnnouncer()
  const announcement = useEditorStore((state) => state.announcement)
  useEffect(() => {
    if (announcement.text !== '') announce(announcement.text)
  }, [announcement, announce])
}
