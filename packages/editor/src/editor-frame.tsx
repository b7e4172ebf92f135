import type { RunId } from '@tenon/core/document'
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { Canvas } from './canvas/canvas.tsx'
import { CanvasControls, Overview } from './canvas/canvas-controls.tsx'
import { ConnectPicker } from './canvas/connect-picker.tsx'
import { EmptyCanvas } from './canvas/empty-canvas.tsx'
import { NodeRunContext } from './canvas/node-status.ts'
import { ActionsContext } from './contexts/actions-context.ts'
import type { CanvasHandle, CanvasSlot } from './contexts/canvas-handle.ts'
import { mergeKeymap } from './contexts/keymap.ts'
import { KeymapContext } from './contexts/keymap-context.ts'
import { isConnected, type WorkflowEditorProps } from './editor-props.ts'
import { createInsertTarget, InsertTargetContext } from './expression-field/insert-target.ts'
import { DraftBar } from './frame/draft-bar.tsx'
import { DraftFailure, useDraftFailure } from './frame/draft-failure.tsx'
import { DraftPause } from './frame/draft-pause.tsx'
import { DraftState } from './frame/draft-state.tsx'
import type { RunLayer } from './frame/live-run.tsx'
import { PanelEdge } from './frame/panel-edge.tsx'
import { PanelToggle } from './frame/panel-toggle.tsx'
import { useFirstFocus } from './frame/use-first-focus.ts'
import { useRememberedPanels } from './frame/use-remembered-panels.ts'
import { useRememberedView } from './frame/use-remembered-view.ts'
import { useViewMenu } from './frame/use-view-menu.ts'
import type { ControlComponents } from './inspector/controls/control-props.ts'
import { HostControlsContext } from './inspector/controls/controls-context.ts'
import { Inspector } from './inspector/inspector.tsx'
import { isApplePlatform } from './instance/browser.ts'
import { callHost } from './instance/call-host.ts'
import { useTranslate } from './instance/instance-context.ts'
import { useCloseOnBack } from './instance/use-close-on-back.ts'
import { useIsPhone } from './instance/use-is-phone.ts'
import { useWidth } from './instance/use-width.ts'
import { browserMemory } from './instance/view-memory.ts'
import { ShortcutsDialog } from './keymap/shortcuts-dialog.tsx'
import { useEditorActions } from './keymap/use-editor-actions.ts'
import { useKeymap } from './keymap/use-keymap.ts'
import { Outline } from './outline/outline.tsx'
import { Palette } from './palette/palette.tsx'
import { QuickAdd } from './palette/quick-add.tsx'
import { openField, openProblem } from './problems/open-problem.ts'
import { PublishDialog } from './publish/publish-dialog.tsx'
import { type RunMode, StartDialog } from './publish/start-dialog.tsx'
import { useEditorStore, useSession } from './session/session-context.tsx'
import type { EditorProblem, FieldAddress } from './store/editor-state.ts'
import { select } from './store/editor-store.ts'
import { NARROW_WIDTH } from './store/panels.ts'
import { ExtractDialog } from './sub-workflows/extract-dialog.tsx'
import { Topbar } from './topbar/topbar.tsx'
import { BoundedPart } from './ui/boundary.tsx'
import { LaterPart } from './ui/later-part.tsx'
import { useAnnouncer } from './ui/live-region.tsx'
import { VersionsDialog } from './versions/versions-dialog.tsx'

// The run views are loaded with the first run.
const loadLiveRun = () => import('./frame/live-run.tsx')

const NO_CONTROLS: ControlComponents = Object.freeze({})

interface EditorFrameProps {
  readonly host: WorkflowEditorProps
  readonly onRetry: (() => void) | null
}

/** Renders an editor, or only the reason if its workflow cannot be shown. */
export function EditorFrame({ host, onRetry }: EditorFrameProps): ReactNode {
  const failure = useDraftFailure()
  const role = useEditorStore((state) => state.role)
  const mayRestore = isConnected(host) && host.readOnly !== true && role !== 'viewer'
  const restore = mayRestore ? () => host.client.workflows.restore(host.workflowId) : null
  return failure === null ? (
    <Frame host={host} onRetry={onRetry} />
  ) : (
    <DraftFailure failure={failure} onRetry={onRetry} back={host.breadcrumb} restore={restore} />
  )
}

/** Renders the parts of an editor and handles its keys. */
function Frame({ host, onRetry }: EditorFrameProps): ReactNode {
  const session = useSession()
  const isReadOnly = useEditorStore((state) => state.isReadOnly)
  const hasSelection = useEditorStore((state) => state.selectedNodes.size > 0 || state.deletedNode !== null)
  const [frame, setFrame] = useState<HTMLDivElement | null>(null)
  const canvas = useRef<CanvasHandle | null>(null) satisfies CanvasSlot
  const search = useRef<HTMLInputElement>(null)
  const isPhone = useIsPhone(frame)
  const isOutline = useEditorStore((state) => state.view === 'outline') || isPhone
  const [insertTarget] = useState(createInsertTarget)
  const memory = host.viewMemory === undefined ? browserMemory : host.viewMemory
  const { viewport, runId, setRunId } = useRememberedView(memory, isConnected(host) ? host.workflowId : null)
  const [layer, setLayer] = useState<RunLayer | null>(null)
  const actions = useEditorActions({ frame, canvas, layout: host.layout })
  const keymapText = JSON.stringify(host.keymap ?? null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: hosts write the keymap inline
  const keymap = useMemo(() => mergeKeymap(host.keymap), [keymapText])
  const keys = useMemo(() => ({ keymap, isApple: isApplePlatform() }), [keymap])
  const onKeyDown = useKeymap(keymap, actions)
  useAnnouncements()
  useNarrow(frame)
  useEffect(() => session.store.setState({ isPhone }), [session, isPhone])
  useRememberedPanels(memory)
  useFirstFocus(frame, host.autoFocus)
  const panels = useEditorStore((state) => state.panels)
  const isWorkflowPanelOpen = useEditorStore((state) => state.isWorkflowPanelOpen)
  useCloseOnBack(isPhone && (hasSelection || isWorkflowPanelOpen), () => {
    select(session.store, [])
    session.store.setState({ isWorkflowPanelOpen: false })
  })
  const goTo = (problem: EditorProblem) => openProblem(session, canvas, problem)
  const goToField = (field: FieldAddress) => openField(session, canvas, field)
  const onStarted = (started: RunId, mode: RunMode) => {
    setRunId(started)
    callHost(host.onEvent, { type: 'run-started', runId: started, mode })
  }
  const closed = [
    isReadOnly || !panels.palette.isOpen ? 'palette' : '',
    panels.inspector.isOpen ? '' : 'inspector',
    hasSelection || isWorkflowPanelOpen ? '' : 'unselected',
  ]
  const sizes = {
    ['--tn-palette' as string]: `${panels.palette.width}px`,
    ['--tn-inspector' as string]: `${panels.inspector.width}px`,
  }
  const overlays = (
    <>
      <QuickAdd canvas={canvas} />
      <ConnectPicker canvas={canvas} />
      <DraftState onRetry={onRetry} />
    </>
  )
  const paletteToggle = !isReadOnly && !isPhone && <PanelToggle panel="palette" />
  const inspectorToggle = !isPhone && <PanelToggle panel="inspector" />
  return (
    <ActionsContext.Provider value={actions}>
      <KeymapContext.Provider value={keys}>
        <NodeRunContext.Provider value={layer?.presenter ?? null}>
          {/* biome-ignore lint/a11y/noStaticElementInteractions: keys of the editor, wherever the focus is inside */}
          <div
            ref={setFrame}
            className="tn-frame"
            data-layout={isPhone ? 'phone' : 'wide'}
            data-closed={closed.filter(Boolean).join(' ')}
            style={sizes}
            onKeyDown={onKeyDown}
          >
            <BoundedPart className="tn-topbar">
              {isConnected(host) ? (
                <DraftBar host={host} onOpenProblem={goTo} onOpenField={goToField} />
              ) : (
                <PlainBar host={host} name={host.name} onOpenProblem={goTo} onOpenField={goToField} />
              )}
            </BoundedPart>
            {isConnected(host) && <DraftPause client={host.client} />}
            {!isReadOnly && !isPhone && (
              <BoundedPart className="tn-palette">
                <Palette canvas={canvas} searchRef={search} />
              </BoundedPart>
            )}
            <BoundedPart className="tn-canvas">
              {isOutline ? (
                <Outline start={paletteToggle} end={inspectorToggle}>
                  {overlays}
                </Outline>
              ) : (
                <Canvas slot={canvas} memory={viewport}>
                  <EmptyCanvas />
                  <CanvasControls />
                  <Overview />
                  {overlays}
                  {paletteToggle}
                  {inspectorToggle}
                </Canvas>
              )}
            </BoundedPart>
            <HostControlsContext.Provider value={host.controls ?? NO_CONTROLS}>
              <InsertTargetContext.Provider value={insertTarget}>
                <BoundedPart className="tn-inspector">
                  <Inspector lastRun={layer?.inspect ?? null} />
                </BoundedPart>
              </InsertTargetContext.Provider>
            </HostControlsContext.Provider>
            {!isReadOnly && !isPhone && <PanelEdge panel="palette" />}
            {!isPhone && <PanelEdge panel="inspector" />}
            {isConnected(host) && runId !== null && (
              <LaterPart load={loadLiveRun} waiting={(trouble) => <div className="tn-live-run">{trouble}</div>}>
                {({ LiveRun }) => (
                  <BoundedPart key={runId} className="tn-live-run">
                    <LiveRun
                      client={host.client}
                      runId={runId}
                      onLayer={setLayer}
                      onClose={() => setRunId(null)}
                      onOpened={() => canvas.current?.fitIfHidden()}
                      onShow={(nodeId) => canvas.current?.revealIfHidden(nodeId)}
                      onOpenRun={host.onOpenRun}
                      onOpenApprovals={host.onOpenApprovals}
                    />
                  </BoundedPart>
                )}
              </LaterPart>
            )}
            <ShortcutsDialog />
            {isConnected(host) && (
              <>
                <PublishDialog
                  client={host.client}
                  workflowId={host.workflowId}
                  onOpenProblem={goTo}
                  onEvent={host.onEvent}
                />
                <ExtractDialog client={host.client} />
                <VersionsDialog
                  client={host.client}
                  workflowId={host.workflowId}
                  hasDraft={host.version === undefined}
                  onOpenRun={host.onOpenRun}
                />
                <StartDialog
                  client={host.client}
                  workflowId={host.workflowId}
                  onStarted={onStarted}
                  onOpenProblem={goTo}
                />
              </>
            )}
          </div>
        </NodeRunContext.Provider>
      </KeymapContext.Provider>
    </ActionsContext.Provider>
  )
}

interface PlainBarProps {
  readonly host: WorkflowEditorProps
  readonly name: string | undefined
  readonly onOpenProblem: (problem: EditorProblem) => void
  readonly onOpenField: (field: FieldAddress) => void
}

/** Renders the top bar of a controlled document, which cannot be published or run. */
function PlainBar({ host, name, onOpenProblem, onOpenField }: PlainBarProps): ReactNode {
  const t = useTranslate()
  const menu = useViewMenu()
  return (
    <Topbar
      breadcrumb={host.breadcrumb}
      name={name ?? t('topbar.untitled')}
      onRename={null}
      state={null}
      onOpenProblem={onOpenProblem}
      onOpenField={onOpenField}
      onTry={null}
      primary={null}
      menu={menu}
      actions={host.actions}
    />
  )
}

function useNarrow(frame: HTMLElement | null): void {
  const { store } = useSession()
  const isNarrow = useWidth(frame) <= NARROW_WIDTH
  useEffect(() => store.setState({ isNarrow }), [store, isNarrow])
}

function useAnnouncements(): void {
  const { announce } = useAnnouncer()
  const announcement = useEditorStore((state) => state.announcement)
  useEffect(() => {
    if (announcement.text !== '') announce(announcement.text)
  }, [announcement, announce])
}
