declare module 'virtual:tenon-styles.css'
