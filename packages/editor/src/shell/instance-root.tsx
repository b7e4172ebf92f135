import {
  type CSSProperties,
  type ReactNode,
  useCallback,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import type { PdfReader } from '../contexts/pdf-reader.ts'
import { createBackLayers } from '../instance/back-layers.ts'
import { isSheetMissing, rootOf } from '../instance/browser.ts'
import { type InstanceContext, InstanceReactContext } from '../instance/instance-context.ts'
import { createLoadedParts } from '../instance/loaded-parts.ts'
import { createPresses } from '../instance/presses.ts'
import { isNarrow } from '../instance/use-is-phone.ts'
import { en } from '../messages/en/en.ts'
import type { HostMessages, LoadedMessages } from '../messages/en/index.ts'
import { createTranslate } from '../messages/format.ts'
import { type Theme, type ThemeMode, themeProperties } from '../theme/theme.ts'
import { Boundary, BoundedPart } from '../ui/boundary.tsx'
import { LiveRegion } from '../ui/live-region.tsx'

const DARK_QUERY = '(prefers-color-scheme: dark)'

export type ThemeName = ThemeMode

/** Props of every exported component. */
export interface InstanceProps {
  /** Mode, or a theme with values of tokens. @defaultValue 'system' */
  readonly theme?: ThemeName | Theme
  /** Direction of text and layout. @defaultValue 'ltr' */
  readonly dir?: 'ltr' | 'rtl'
  /** Language tag for plurals, numbers and times. @defaultValue 'en' */
  readonly locale?: string
  /** Texts that replace the English ones; texts of the server and the validator are replaced by their codes. */
  readonly messages?: HostMessages
  /** For the style elements of the code fields under a strict Content-Security-Policy. */
  readonly nonce?: string
  /**
   * Shows the mark of React Flow, which draws the canvas. Its license permits hiding the mark; its authors ask
   * companies that do so to support the project (reactflow.dev/attribution).
   *
   * @defaultValue true
   */
  readonly attribution?: boolean
  /**
   * On a phone, the Back button of the browser closes what is open, such as a dialog, before it leaves the page. While
   * something is open, the history of the page has one more entry for it, with the same address.
   *
   * @defaultValue true
   */
  readonly closeOnBack?: boolean
  /**
   * Reads PDFs for previews of files and documents: `createPdfReader()` of `@tenon/editor/pdf`. Create it once, outside of
   * components.
   *
   * @defaultValue PDFs are downloaded, not shown
   */
  readonly pdf?: PdfReader
  /** Class of the root element, in addition to `tenon`. */
  readonly className?: string
  /** Styles of the root element; they override the tokens of the theme. */
  readonly style?: CSSProperties
}

interface InstanceRootProps extends InstanceProps {
  /** Placeholder until the instance is mounted, also on the server. */
  readonly placeholder?: ReactNode
  readonly label?: string
  /** True for an editor, whose frame depends on the size of its root. */
  readonly isEditor?: boolean
  readonly children: ReactNode
}

/**
 * Root element of one instance: theme, direction, language and the container of its floating parts.
 *
 * Children are rendered only in the browser, after the root is in a document or a shadow root.
 */
export function InstanceRoot(props: InstanceRootProps): ReactNode {
  return (
    <Boundary fallback={(retry) => <RootFailed onRetry={retry} />}>
      <Root {...props} />
    </Boundary>
  )
}

// The theme and the texts of the host may be the cause of the failure.
function RootFailed({ onRetry }: { readonly onRetry: () => void }): ReactNode {
  return (
    <div className="tenon" role="alert">
      <p>{en['part.failed']}</p>
      <button type="button" className="tn-button" onClick={onRetry}>
        {en['ui.retry']}
      </button>
    </div>
  )
}

function Root(props: InstanceRootProps): ReactNode {
  const { theme = 'system', dir = 'ltr', locale = 'en', nonce, className, style, label, placeholder, children } = props
  const { attribution = true, pdf } = props
  const own: Theme = typeof theme === 'string' ? { mode: theme } : theme
  const mode = own.mode ?? 'system'
  const colorMode = useColorMode(mode)
  const id = useId()
  const wantsBack = useRef<() => boolean>(() => false)
  const [backLayers] = useState(() => createBackLayers({ id, isWanted: () => wantsBack.current() }))
  useEffect(() => backLayers.start(), [backLayers])
  const [presses] = useState(createPresses)
  useEffect(() => presses.start(), [presses])
  const [parts] = useState(createLoadedParts)
  const [element, setElement] = useState<HTMLDivElement | null>(null)
  const [portal, setPortal] = useState<HTMLDivElement | null>(null)
  wantsBack.current = () => props.closeOnBack !== false && isNarrow(element)
  const messages = useMergedMessages(props.messages)
  const instance = useMemo<InstanceContext | null>(() => {
    if (element === null || portal === null) return null
    const t = createTranslate(messages, locale)
    const root = rootOf(element)
    const { afterPress } = presses
    const hasAttribution = attribution
    return { id, root, portal, nonce, dir, locale, messages, t, hasAttribution, backLayers, afterPress, parts, pdf }
  }, [element, portal, messages, locale, id, nonce, dir, attribution, backLayers, presses, parts, pdf])
  const [sheetMissing, setSheetMissing] = useState(false)
  useEffect(() => {
    if (element !== null) setSheetMissing(isSheetMissing(element))
  }, [element])
  return (
    <div
      ref={setElement}
      className={className === undefined ? 'tenon' : `tenon ${className}`}
      data-tenon-theme={mode}
      data-tenon-editor={props.isEditor || undefined}
      dir={dir}
      lang={locale}
      style={{ ...themeProperties(own, colorMode), ...style }}
      {...(label === undefined ? {} : { role: 'region', 'aria-label': label })}
    >
      {sheetMissing ? <p role="alert">{messages['editor.sheetMissing']}</p> : null}
      {instance === null ? (
        placeholder
      ) : (
        <InstanceReactContext.Provider value={instance}>
          <LiveRegion>
            <BoundedPart>{children}</BoundedPart>
          </LiveRegion>
        </InstanceReactContext.Provider>
      )}
      <div ref={setPortal} className="tn-portal" />
    </div>
  )
}

// Hosts write `messages` inline, so a new object must not create a new instance.
function useMergedMessages(own: HostMessages | undefined): LoadedMessages {
  const text = own === undefined ? '' : JSON.stringify(own)
  return useMemo(() => (text === '' ? en : { ...en, ...textsOf(JSON.parse(text)) }), [text])
}

/** Returns the texts only; other values from the host are ignored. */
function textsOf(own: Readonly<Record<string, unknown>>): HostMessages {
  const isText = (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === 'string'
  return Object.fromEntries(Object.entries(own).filter(isText))
}

/** Returns the effective color mode; `system` follows the reader's setting while mounted. */
function useColorMode(mode: ThemeMode): 'light' | 'dark' {
  const subscribe = useCallback((onChange: () => void) => {
    const query = globalThis.matchMedia?.(DARK_QUERY)
    query?.addEventListener('change', onChange)
    return () => query?.removeEventListener('change', onChange)
  }, [])
  const prefersDark = useSyncExternalStore(
    subscribe,
    () => globalThis.matchMedia?.(DARK_QUERY).matches ?? false,
    () => false,
  )
  return mode === 'system' ? (prefersDark ? 'dark' : 'light') : mode
}
