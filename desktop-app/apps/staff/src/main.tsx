import '@mantine/core/styles.css';
import '@holdfast/ui/style.css';
import './app/layout.css';
import './app/table.css';
import './forms/forms.css';
import { firstLocale, setLocale } from '@holdfast/i18n';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { keepFieldsClean } from './forms/typed';

keepFieldsClean(document);
const root = document.getElementById('root');
if (root) setLocale(firstLocale()).then(() => createRoot(root).render(<App />));
