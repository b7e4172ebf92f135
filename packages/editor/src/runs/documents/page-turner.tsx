import { useTranslate } from '../../instance/instance-context.ts'
import { IconButton } from '../../ui/icon-button.tsx'

export interface PageTurnerProps {
  readonly page: number
  readonly count: number
  readonly onChange: (page: number) => void
}

/** Buttons for the pages of a document; nothing for one with a single page. */
export function PageTurner({ page, count, onChange }: PageTurnerProps) {
  const t = useTranslate()
  if (count < 2) return null
  return (
    <div className="tn-page-turner">
      <IconButton
        icon="chevronLeft"
        size="s"
        label={t('documents.previous')}
        disabled={page <= 1}
        onClick={() => onChange(page - 1)}
      />
      <span aria-live="polite">{t('documents.page', { page, count })}</span>
      <IconButton
        icon="chevronRight"
        size="s"
        label={t('documents.next')}
        disabled={page >= count}
        onClick={() => onChange(page + 1)}
      />
    </div>
  )
}
