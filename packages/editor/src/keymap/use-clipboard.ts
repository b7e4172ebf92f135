import { useCallback, useEffect, useMemo } from 'react'
import { copyFragment, type Fragment, parseFragment } from '../commands/fragment.ts'
import type { CanvasSlot } from '../contexts/canvas-handle.ts'
import { hasTextSelection, isTextEntry, readClipboard, writeClipboard } from '../instance/browser.ts'
import { useTranslate } from '../instance/instance-context.ts'
import type { EditorSession } from '../session/session-types.ts'
import { announce } from '../store/editor-store.ts'
import { useAnnouncer } from '../ui/live-region.tsx'

interface Clipboard {
  readonly copySelection: () => void
  readonly paste: () => void
}

/**
 * Copies, cuts and pastes nodes by the browser's own events, so that the clipboard needs no permission.
 *
 * @returns The same actions without an event, for menus and custom keys; the browser may ask for permission.
 */
export function useClipboard(root: HTMLElement | null, session: EditorSession, canvas: CanvasSlot): Clipboard {
  const t = useTranslate()
  const { toast } = useAnnouncer()
  const take = useCallback((): Fragment | null => {
    const { document, manifest, selectedNodes } = session.store.getState()
    if (selectedNodes.size === 0) return null
    return copyFragment(document, manifest, selectedNodes)
  }, [session])
  const say = useCallback(
    (fragment: Fragment) => announce(session.store, t('command.copied', { count: fragment.nodes.length })),
    [session, t],
  )
  const insert = useCallback(
    (text: string): boolean => {
      const fragment = parseFragment(text)
      if (fragment === null) return false
      const isAtHome = fragment.nodes.some((node) => session.store.getState().nodesById.has(node.id))
      const at = isAtHome ? null : (canvas.current?.center() ?? null)
      const result = session.dispatch({ type: 'paste', fragment, at })
      const [first] = result.ok ? result.selected : []
      if (first !== undefined && !isAtHome) canvas.current?.revealIfHidden(first)
      return true
    },
    [session, canvas],
  )
  useEffect(() => {
    if (root === null) return
    const isForeign = (event: ClipboardEvent) => isTextEntry(event.target) || hasTextSelection(root)
    const onCopy = (event: ClipboardEvent) => {
      const fragment = isForeign(event) ? null : take()
      if (fragment === null) return
      event.clipboardData?.setData('text/plain', JSON.stringify(fragment))
      event.preventDefault()
      say(fragment)
      if (event.type === 'cut') {
        // Not all nodes of the fragment: it holds the content of a loop too, which stays if the loop is locked.
        session.dispatch({ type: 'delete-nodes', nodeIds: [...session.store.getState().selectedNodes] })
      }
    }
    const onPaste = (event: ClipboardEvent) => {
      if (isTextEntry(event.target)) return
      if (insert(event.clipboardData?.getData('text/plain') ?? '')) event.preventDefault()
    }
    root.addEventListener('copy', onCopy)
    root.addEventListener('cut', onCopy)
    root.addEventListener('paste', onPaste)
    return () => {
      root.removeEventListener('copy', onCopy)
      root.removeEventListener('cut', onCopy)
      root.removeEventListener('paste', onPaste)
    }
  }, [root, session, take, say, insert])
  const copySelection = useCallback(async () => {
    const fragment = take()
    if (fragment === null) return
    if (await writeClipboard(JSON.stringify(fragment))) say(fragment)
    else toast(t('ui.copyRefused'), { tone: 'failed' })
  }, [take, say, toast, t])
  const paste = useCallback(async () => {
    const text = await readClipboard()
    if (text === null) toast(t('ui.pasteRefused'), { tone: 'failed' })
    else if (!insert(text)) announce(session.store, t('command.nothingToPaste'))
  }, [session, insert, toast, t])
  return useMemo(() => ({ copySelection, paste }), [copySelection, paste])
}
