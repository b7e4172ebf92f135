import { useEffect, useState } from 'react'
import { writeClipboard } from '../instance/browser.ts'
import { useTranslate } from '../instance/instance-context.ts'
import { Icon } from './icon.tsx'
import { useAnnouncer } from './live-region.tsx'

export interface CopyButtonProps {
  /** Returns the text; called on click, so that large texts are built on demand. */
  readonly text: () => string
  /** Label of the button: "Copy output". @defaultValue 'Copy' */
  readonly label?: string
}

/** Button that copies a text and confirms it. */
export function CopyButton({ text, label }: CopyButtonProps) {
  const t = useTranslate()
  const { announce, toast } = useAnnouncer()
  const [isCopied, setIsCopied] = useState(false)
  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => setIsCopied(false), 1_600)
    return () => clearTimeout(timer)
  }, [isCopied])
  const copy = async () => {
    const isDone = await writeClipboard(text())
    setIsCopied(isDone)
    if (isDone) announce(t('ui.copied'))
    else toast(t('ui.copyRefused'), { tone: 'failed' })
  }
  return (
    <button
      type="button"
      className="tn-icon-button"
      data-size="s"
      aria-label={label ?? t('ui.copy')}
      title={label ?? t('ui.copy')}
      onClick={() => void copy()}
    >
      <Icon name={isCopied ? 'check' : 'copy'} size={15} />
    </button>
  )
}
