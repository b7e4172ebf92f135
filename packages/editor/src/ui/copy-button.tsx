import { useEffect, useState } from 'react'
import { useTranslate } from '../instance/instance-context.ts'
import { writeClipboard } from '../instance/place.ts'
import { Icon } from './icon.tsx'
import { useAnnouncer } from './live-region.tsx'

export interface CopyButtonProps {
  /** Read at the click, so that a large text need not be built before. */
  readonly text: () => string
  /** What is copied: "Copy output". @defaultValue 'Copy' */
  readonly label?: string
}

/** Copies a text and says so. */
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
