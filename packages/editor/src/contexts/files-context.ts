import type { FilesClient } from '@tenon/core/client'
import { createContext } from 'react'

/** Files of the tenant for the forms and values within; `null` if they can only be entered and shown as JSON. */
export const FilesContext = createContext<FilesClient | null>(null)
