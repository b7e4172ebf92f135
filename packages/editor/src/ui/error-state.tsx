import { TenonError } from '@tenon/core/errors'
import { useTranslate } from '../instance/instance-context.ts'
import { failureSentences, failureTexts } from '../messages/coded-texts.ts'
import type { MessageKey } from '../messages/en/index.ts'
import type { Translate } from '../messages/format.ts'
import { Button } from './button.tsx'
import { Icon } from './icon.tsx'

export interface ErrorStateProps {
  /** Title that names the failed action. @defaultValue 'This could not be loaded' */
  readonly title?: string
  readonly error: unknown
  /** Tries again at once. */
  readonly onRetry?: () => void
  /** True while it is retried automatically. @defaultValue false */
  readonly isRetrying?: boolean
}

/**
 * Returns the displayable texts of a thrown value; none for an unknown error, whose message is not meant for people.
 */
export function describeError(
  error: unknown,
  t: Translate,
): {
  readonly why: string
  readonly remedy: string
  readonly code: string
} {
  return error instanceof TenonError
    ? { ...failureTexts(error, t), code: error.code }
    : { why: '', remedy: '', code: 'INTERNAL' }
}

/**
 * Returns the reason and the remedy of a thrown value as one text, such as for a toast.
 *
 * @param fallback - Text for an unknown error.
 */
export function failureText(error: unknown, t: Translate, fallback: MessageKey): string {
  const texts = describeError(error, t)
  return texts.why === '' ? t(fallback) : failureSentences(texts)
}

/** Shows a failure: title, reason and remedy. */
export function ErrorState({ title, error, onRetry, isRetrying = false }: ErrorStateProps) {
  const t = useTranslate()
  const { why, remedy, code } = describeError(error, t)
  return (
    <div className="tn-error-state" role="alert">
      <span className="tn-error-icon">
        <Icon name="error" size={20} />
      </span>
      <p className="tn-empty-title" dir="auto">
        {title ?? t('ui.errorTitle')}
      </p>
      {why !== '' && (
        <p className="tn-empty-description" dir="auto">
          {why}
        </p>
      )}
      {remedy !== '' && (
        <p className="tn-empty-description" dir="auto">
          {remedy}
        </p>
      )}
      {isRetrying && <p className="tn-empty-description tn-retrying">{t('ui.retrying')}</p>}
      <div className="tn-empty-action">
        {onRetry !== undefined && (
          <Button icon="retry" onClick={onRetry}>
            {t('ui.retry')}
          </Button>
        )}
      </div>
      <code className="tn-error-code">{code}</code>
    </div>
  )
}
