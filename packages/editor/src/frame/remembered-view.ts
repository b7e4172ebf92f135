import { isJsonObject, type Json, type NodeId } from '@tenon/core/document'
import type { RememberedViewport, ViewportMemory } from '../canvas/viewport-memory.ts'
import { recall, remember, type ViewMemory } from '../instance/view-memory.ts'

/** View of one workflow when the user left it. */
interface EditorView {
  readonly viewport: RememberedViewport | null
  readonly selected: readonly NodeId[]
  readonly runId: string | null
}

/** Stored view of the workflow of one editor; each write keeps the other fields. */
interface RememberedView {
  readonly viewport: ViewportMemory
  readonly selected: () => readonly NodeId[]
  readonly runId: () => string | null
  readonly write: (change: Partial<EditorView>) => void
}

const VIEWS_KEY = 'tenon.views'
/** Most workflows whose view is stored; the one that was closed longest ago is removed first. */
const MAX_VIEWS = 30
const MAX_SELECTED = 100

const NOTHING: EditorView = Object.freeze({ viewport: null, selected: [], runId: null })

/**
 * Stores the view of one workflow.
 *
 * @param memory - Called for each access.
 * @param workflowId - `null` for a controlled document, whose view is not stored.
 */
export function createRememberedView(memory: () => ViewMemory | null, workflowId: string | null): RememberedView {
  const views = (): { readonly [id: string]: Json } => {
    const stored = recall(memory(), VIEWS_KEY)
    return isJsonObject(stored) ? stored : {}
  }
  const read = (): EditorView => (workflowId === null ? NOTHING : viewFrom(views()[workflowId]))
  const write = (change: Partial<EditorView>) => {
    if (workflowId === null) return
    const { [workflowId]: _before, ...others } = views()
    const view = { ...read(), ...change }
    const kept = Object.entries(others).slice(1 - MAX_VIEWS)
    const own: Json = {
      viewport: view.viewport === null ? null : { ...view.viewport },
      selected: view.selected.slice(0, MAX_SELECTED),
      runId: view.runId,
    }
    remember(memory(), VIEWS_KEY, Object.fromEntries([...kept, [workflowId, own]]))
  }
  return {
    viewport: { read: () => read().viewport, write: (viewport) => write({ viewport }) },
    selected: () => read().selected,
    runId: () => read().runId,
    write,
  }
}

function viewFrom(stored: Json | undefined): EditorView {
  if (!isJsonObject(stored)) return NOTHING
  const { viewport, selected, runId } = stored
  return {
    viewport: viewportFrom(viewport),
    selected: Array.isArray(selected) ? selected.filter((id): id is string => typeof id === 'string') : [],
    runId: typeof runId === 'string' ? runId : null,
  }
}

function viewportFrom(stored: Json | undefined): RememberedViewport | null {
  if (!isJsonObject(stored)) return null
  const { x, y, zoom } = stored
  const isNumber = (value: Json | undefined): value is number => typeof value === 'number' && Number.isFinite(value)
  return isNumber(x) && isNumber(y) && isNumber(zoom) && zoom > 0 ? { x, y, zoom } : null
}
