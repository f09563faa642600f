// What the search of a book needs of minisearch: its one class.
import MiniSearch from "minisearch";
rtbook.MiniSearch = MiniSearch;
