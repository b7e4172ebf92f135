export type { PdfFile, PdfReader } from '../contexts/pdf-reader.ts'
export { createPdfReader, type PdfReaderOptions } from './pdf-reader.ts'
