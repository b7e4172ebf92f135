import type { NodeId } from '@tenon/core/document'
import { useShortcut } from '../contexts/shortcut-label.ts'
import { isLoop, loopsFor } from '../graph/containers.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { useAnnouncer } from '../ui/live-region.tsx'
import type { MenuItem } from '../ui/menu.tsx'
import { useSession } from './session-context.tsx'
import { useMoveToLoop } from './use-move-to-loop.ts'

/**
 * Returns a function that builds the menu items which move nodes into a loop and out of theirs, and which wrap them in a new
 * one. It reads the whole document, so call it when a menu opens and not in each render of a row.
 */
export function useLoopItems(): (nodeIds: readonly NodeId[]) => readonly MenuItem[] {
  const t = useTranslate()
  const { store } = useSession()
  const move = useMoveToLoop()
  const wrap = useWrapInLoop()
  const shortcut = useShortcut('wrap-in-loop')
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
    const around: MenuItem = {
      id: 'wrap-in-loop',
      label: t('action.wrap-in-loop'),
      icon: 'retry',
      ...(shortcut === undefined ? {} : { shortcut }),
      onSelect: () => wrap(nodeIds),
    }
    return [...into, ...out, ...(manifest.latest.some(isLoop) ? [around] : [])]
  }
}

/** Returns a function that wraps nodes in a loop, and shows the reason and returns `false` if that is refused. */
export function useWrapInLoop(): (nodeIds: readonly NodeId[]) => boolean {
  const t = useTranslate()
  const { dispatch } = useSession()
  const { toast } = useAnnouncer()
  return (nodeIds) => {
    const result = dispatch({ type: 'wrap-in-loop', nodeIds })
    if (!result.ok) toast(t(result.reason))
    return result.ok
  }
}
