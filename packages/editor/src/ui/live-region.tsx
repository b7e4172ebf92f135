import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { Icon } from './icon.tsx'

export interface ToastOptions {
  /** @defaultValue 'neutral' */
  readonly tone?: 'neutral' | 'success' | 'failed'
  /** Action for the message, such as undo. */
  readonly action?: { readonly label: string; readonly onClick: () => void }
}

/** Announcements and toasts of a part. */
export interface Announcer {
  /** Announces a text to screen readers only. */
  readonly announce: (text: string) => void
  /** Shows and announces a text for some seconds. Returns a function that dismisses it earlier. */
  readonly toast: (text: string, options?: ToastOptions) => () => void
}

interface Toast extends ToastOptions {
  readonly id: number
  readonly text: string
}

const AnnouncerContext = createContext<Announcer | null>(null)
const SILENT: Announcer = Object.freeze({ announce: () => {}, toast: () => () => {} })
const TOAST_MS = 6_000

export function useAnnouncer(): Announcer {
  return useContext(AnnouncerContext) ?? SILENT
}

/** Live region and stack of toasts of an instance. */
export function LiveRegion({ children }: { readonly children: ReactNode }) {
  const t = useTranslate()
  const [spoken, setSpoken] = useState('')
  const [toasts, setToasts] = useState<readonly Toast[]>([])
  const nextId = useRef(1)
  const announce = useCallback((text: string) => {
    // Screen readers repeat the same text only if it changes in between.
    setSpoken((before) => (before === text ? `${text}\u00a0` : text))
  }, [])
  const dismiss = useCallback((id: number) => setToasts((before) => before.filter((entry) => entry.id !== id)), [])
  const toast = useCallback(
    (text: string, options: ToastOptions = {}) => {
      const id = nextId.current
      nextId.current += 1
      setToasts((before) => [...before.slice(-2), { id, text, ...options }])
      announce(text)
      return () => dismiss(id)
    },
    [announce, dismiss],
  )
  const announcer = useMemo(() => ({ announce, toast }), [announce, toast])
  return (
    <AnnouncerContext.Provider value={announcer}>
      {children}
      <div className="tn-visually-hidden" aria-live="polite" aria-atomic="true">
        {spoken}
      </div>
      {toasts.length > 0 && (
        <section className="tn-toasts" aria-label={t('ui.notifications')}>
          {toasts.map((entry) => (
            <ToastCard key={entry.id} entry={entry} onDismiss={dismiss} />
          ))}
        </section>
      )}
    </AnnouncerContext.Provider>
  )
}

function ToastCard({ entry, onDismiss }: { readonly entry: Toast; readonly onDismiss: (id: number) => void }) {
  const t = useTranslate()
  const [isHeld, setIsHeld] = useState(false)
  useEffect(() => {
    if (isHeld) return
    const timer = setTimeout(() => onDismiss(entry.id), TOAST_MS)
    return () => clearTimeout(timer)
  }, [entry.id, isHeld, onDismiss])
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the timer pauses while people read
    <div
      className="tn-toast"
      data-tone={entry.tone ?? 'neutral'}
      onPointerEnter={() => setIsHeld(true)}
      onPointerLeave={() => setIsHeld(false)}
      onFocus={() => setIsHeld(true)}
      onBlur={() => setIsHeld(false)}
    >
      <span className="tn-toast-text" dir="auto">
        {entry.text}
      </span>
      {entry.action !== undefined && (
        <button
          type="button"
          className="tn-toast-action"
          onClick={() => {
            entry.action?.onClick()
            onDismiss(entry.id)
          }}
        >
          {entry.action.label}
        </button>
      )}
      <button type="button" className="tn-chip-remove" aria-label={t('ui.dismiss')} onClick={() => onDismiss(entry.id)}>
        <Icon name="close" size={14} />
      </button>
    </div>
  )
}
