import { type FileRef, findFileRefs, type Json } from '@tenon/core/document'
import { useContext, useMemo } from 'react'
import { FilesContext } from '../../contexts/files-context.ts'
import { LaterPart } from '../../ui/later-part.tsx'

/** Files of a value that are listed. */
const MOST_FILES = 20

const loadList = () => import('./file-list.tsx')

/** Lists the files in a value; nothing for a value without files. */
export function ValueFiles({ value }: { readonly value: Json }) {
  const files = useContext(FilesContext)
  const refs = useMemo(() => {
    const byId = new Map<string, FileRef>(findFileRefs(value, MOST_FILES).map(({ ref }) => [ref.file, ref]))
    return [...byId.values()]
  }, [value])
  if (files === null || refs.length === 0) return null
  return (
    <LaterPart load={loadList} waiting={(trouble) => trouble}>
      {({ FileList }) => <FileList files={files} refs={refs} />}
    </LaterPart>
  )
}
