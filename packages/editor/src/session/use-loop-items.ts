import type { NodeId } from '@tenon/core/document'
import { canUnwrap } from '../commands/plan-unwrap.ts'
import { useShortcut } from '../contexts/shortcut-label.ts'
import { isContainer, isLoop, loopsFor } from '../graph/containers.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { select } from '../store/editor-store.ts'
import { useAnnouncer } from '../ui/live-region.tsx'
import type { MenuItem } from '../ui/menu.tsx'
import { useSession } from './session-context.tsx'
import { useMoveToLoop } from './use-move-to-loop.ts'
import { useUndoToast } from './use-undo-toast.ts'

/**
 * Returns a function that builds the menu items which move nodes into a loop and out of theirs, and which wrap them in a new
 * one. It reads the whole document, so call it when a menu opens and not in each render of a row.
 *
 * @param onWrapped - Called after nodes were wrapped: the new loop is selected then, and its panel replaces theirs.
 */
export function useLoopItems(onWrapped?: () => void): (nodeIds: readonly NodeId[]) => readonly MenuItem[] {
  const t = useTranslate()
  const { store } = useSession()
  const move = useMoveToLoop()
  const wrapItemsOf = useWrapItems(onWrapped)
  const unwrap = useUnwrap()
  const unwrapItems = ([only, ...more]: readonly NodeId[]): readonly MenuItem[] => {
    const { document, nodesById, manifest } = store.getState()
    if (only === undefined || more.length > 0 || !canUnwrap(document, manifest, only)) return []
    const name = nodesById.get(only)?.name ?? only
    return [{ id: 'unwrap', label: t('inspector.unwrap', { name }), icon: 'external', onSelect: () => unwrap(only) }]
  }
  return (nodeIds) => {
    const { document, nodesById, manifest } = store.getState()
    const [first] = nodeIds
    const own = first === undefined ? undefined : nodesById.get(nodesById.get(first)?.parentId ?? '')
    const into = loopsFor(document, manifest, nodeIds).map(
      (loop): MenuItem => ({
        id: `into-${loop.id}`,
        label: t('inspector.moveIntoLoop', { name: loop.name }),
        icon: 'arrowDown',
        onSelect: () => move({ nodeIds, parentId: loop.id }),
      }),
    )
    const out: readonly MenuItem[] =
      own === undefined
        ? []
        : [
            {
              id: 'out-of-loop',
              label: t('inspector.moveOutOfLoop', { name: own.name }),
              icon: 'external',
              onSelect: () => move({ nodeIds, parentId: own.parentId ?? null }),
            },
          ]
    return [...into, ...out, ...wrapItemsOf(nodeIds), ...unwrapItems(nodeIds)]
  }
}

/** Returns a function that builds the menu items which wrap nodes, one for each type that holds nodes. */
export function useWrapItems(
  onWrapped: () => void = () => undefined,
): (nodeIds: readonly NodeId[]) => readonly MenuItem[] {
  const t = useTranslate()
  const { store } = useSession()
  const wrap = useWrapInLoop()
  const shortcut = useShortcut('wrap-in-loop')
  const extractItems = useExtractItems()
  return (nodeIds) => {
    const types = store.getState().manifest.latest.filter(isContainer)
    const first = types.find(isLoop)
    const wraps = types.map(
      (entry): MenuItem => ({
        id: `wrap-in-${entry.type}`,
        label: t('inspector.wrapIn', { name: entry.title }),
        icon: isLoop(entry) ? 'retry' : 'warning',
        ...(entry === first && shortcut !== undefined ? { shortcut } : {}),
        onSelect: () => {
          if (wrap(nodeIds, entry.type)) onWrapped()
        },
      }),
    )
    return [...wraps, ...extractItems(nodeIds)]
  }
}

/** Returns a function that builds the menu item which opens the dialog to extract nodes; none without a server. */
function useExtractItems(): (nodeIds: readonly NodeId[]) => readonly MenuItem[] {
  const t = useTranslate()
  const { store } = useSession()
  const shortcut = useShortcut('extract')
  return (nodeIds) => {
    if (store.getState().workflow === null) return []
    const onSelect = () => {
      select(store, nodeIds)
      store.setState({ openPanel: 'extract' })
    }
    const keys = shortcut === undefined ? {} : { shortcut }
    return [{ id: 'extract', label: t('action.extract'), icon: 'external', ...keys, onSelect }]
  }
}

/** Returns a function that wraps nodes in a loop, and shows the reason and returns `false` if that is refused. */
function useWrapInLoop(): (nodeIds: readonly NodeId[], nodeType: string) => boolean {
  const t = useTranslate()
  const { dispatch } = useSession()
  const { toast } = useAnnouncer()
  return (nodeIds, nodeType) => {
    const result = dispatch({ type: 'wrap-in-loop', nodeIds, nodeType })
    if (!result.ok) toast(t(result.reason))
    return result.ok
  }
}

/** Returns a function that removes a loop around its nodes. A toast reports removed connections, with a button to undo. */
function useUnwrap(): (nodeId: NodeId) => void {
  const t = useTranslate()
  const { dispatch } = useSession()
  const { toast } = useAnnouncer()
  const undoToast = useUndoToast()
  return (nodeId) => {
    const result = dispatch({ type: 'unwrap-loop', nodeId })
    if (!result.ok) {
      toast(t(result.reason))
      return
    }
    const edges = (op: 'add_edge' | 'remove_edge') =>
      result.operations.filter((operation) => operation.op === op).length
    const count = edges('remove_edge') - edges('add_edge')
    if (count > 0) undoToast(t('canvas.crossingRemoved', { count }))
  }
}
