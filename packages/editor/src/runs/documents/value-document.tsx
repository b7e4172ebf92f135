import type { Json } from '@tenon/core/document'
import { useContext, useMemo } from 'react'
import { FilesContext } from '../../contexts/files-context.ts'
import { LaterPart } from '../../ui/later-part.tsx'
import { findDocument } from './find-document.ts'

const loadView = () => import('./document-view.tsx')

/** Shows the pages of the document whose content is in a value; nothing for another value. */
export function ValueDocument({ value }: { readonly value: Json }) {
  const files = useContext(FilesContext)
  const document = useMemo(() => findDocument(value), [value])
  if (files === null || document === null) return null
  return (
    <LaterPart load={loadView} waiting={(trouble) => trouble}>
      {({ DocumentView }) => <DocumentView files={files} document={document} />}
    </LaterPart>
  )
}
