import { ErrorState } from '../ui/error-state.tsx'
import type { Resource } from './use-resource.ts'

interface ResourceErrorProps {
  /** Title that names the failed load. @defaultValue 'This could not be loaded' */
  readonly title?: string
  readonly resource: Pick<Resource<unknown>, 'error' | 'isRetrying' | 'reload'>
}

/** Shows why something could not be loaded, that it is tried again, and a button that does so at once. */
export function ResourceError({ title, resource }: ResourceErrorProps) {
  const { error, isRetrying, reload } = resource
  return (
    <ErrorState error={error} isRetrying={isRetrying} onRetry={reload} {...(title === undefined ? {} : { title })} />
  )
}
