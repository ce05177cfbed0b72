/** @jsxImportSource preact */
import './style.css';
import { render } from 'preact';
import { App } from './App';
import { firstLanguage } from './language';
import { textsOf } from './words';

const root = document.getElementById('root');
const language = firstLanguage();
if (root) textsOf(language).then((texts) => render(<App first={{ language, texts }} />, root));
