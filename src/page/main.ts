import { documentElementId, type PageDocument } from '../draw/page-data.js';

const { title } = JSON.parse(document.getElementById(documentElementId)!.textContent!) as PageDocument;
document.title = title;
