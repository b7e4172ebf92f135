declare module 'virtual:tenon-styles.css'
declare module '*.css'
