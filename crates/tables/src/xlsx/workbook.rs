//! The workbook part: which sheets there are and where the other parts lie.

use std::collections::HashMap;

use quick_xml::events::Event;

use super::{
    container::Container,
    xml::{Xml, attribute},
};
use crate::{Error, SheetChoice};

/// Unpacked bytes of the parts that only describe.
const DESCRIPTION_BYTES_MAX: u64 = 4 << 20;
const USUAL_PATH: &str = "xl/workbook.xml";

#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) path: String,
    is_visible: bool,
}

#[derive(Debug)]
pub(super) struct Workbook {
    pub(super) sheets: Vec<Sheet>,
    pub(super) strings_path: Option<String>,
    pub(super) styles_path: Option<String>,
    pub(super) is_1904: bool,
}

impl Workbook {
    pub(super) fn choose(&self, choice: &SheetChoice) -> Result<&Sheet, Error> {
        match choice {
            SheetChoice::First => self
                .sheets
                .iter()
                .find(|sheet| sheet.is_visible)
                .or(self.sheets.first()),
            SheetChoice::Named(name) => {
                let wanted = name.to_lowercase();
                let sheet = self
                    .sheets
                    .iter()
                    .find(|sheet| sheet.name.to_lowercase() == wanted);
                return sheet.ok_or_else(|| Error::NoSuchSheet(name.clone()));
            }
        }
        .ok_or_else(|| Error::malformed("the workbook has no worksheet"))
    }
}

/// A reference from one part to another.
struct Relation {
    /// The last part of the type's address, which the strict and the usual variant share.
    kind: String,
    path: String,
}

pub(super) fn read(container: &Container) -> Result<Workbook, Error> {
    let path = if container.has(USUAL_PATH) {
        USUAL_PATH.to_owned()
    } else {
        let relations = if container.has("_rels/.rels") {
            relations(container, "_rels/.rels", "")?
        } else {
            HashMap::new()
        };
        let main = relations
            .into_values()
            .find(|relation| relation.kind == "officeDocument");
        main.ok_or_else(no_workbook)?.path
    };
    if path.ends_with(".bin") {
        return Err(Error::malformed(
            "it is a binary workbook (.xlsb); save it as .xlsx or CSV",
        ));
    }
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", &path));
    let relations_path = format!("{folder}/_rels/{file}.rels");
    if !container.has(&relations_path) {
        return Err(no_workbook());
    }
    let relations = relations(container, &relations_path, folder)?;
    let mut workbook = Workbook {
        sheets: Vec::new(),
        strings_path: path_of(&relations, "sharedStrings", container),
        styles_path: path_of(&relations, "styles", container),
        is_1904: false,
    };
    let mut xml =
        Xml::new(container.part(&path, "the workbook's description", DESCRIPTION_BYTES_MAX)?);
    // A text document is an archive of the same build, with another root.
    let mut is_workbook = false;
    loop {
        match xml.next()? {
            Event::Start(element) | Event::Empty(element) => match element.local_name().as_ref() {
                "workbook" => is_workbook = true,
                _ if !is_workbook => return Err(no_workbook()),
                "workbookPr" => {
                    workbook.is_1904 = attribute(&element, "date1904")
                        .is_some_and(|value| value == "1" || value == "true");
                }
                "sheet" => {
                    let relation = attribute(&element, "id").and_then(|id| relations.get(&id));
                    if let Some(relation) = relation.filter(|relation| relation.kind == "worksheet")
                    {
                        workbook.sheets.push(Sheet {
                            name: attribute(&element, "name").unwrap_or_default(),
                            path: relation.path.clone(),
                            is_visible: attribute(&element, "state")
                                .is_none_or(|state| state == "visible"),
                        });
                    }
                }
                _ => {}
            },
            Event::Eof => return Ok(workbook),
            _ => {}
        }
    }
}

fn no_workbook() -> Error {
    Error::malformed("the archive holds no Excel workbook")
}

fn path_of(
    relations: &HashMap<String, Relation>,
    kind: &str,
    container: &Container,
) -> Option<String> {
    let relation = relations.values().find(|relation| relation.kind == kind)?;
    container.has(&relation.path).then(|| relation.path.clone())
}

fn relations(
    container: &Container,
    path: &str,
    folder: &str,
) -> Result<HashMap<String, Relation>, Error> {
    let mut xml =
        Xml::new(container.part(path, "the workbook's description", DESCRIPTION_BYTES_MAX)?);
    let mut relations = HashMap::new();
    loop {
        match xml.next()? {
            Event::Start(element) | Event::Empty(element)
                if element.local_name().as_ref() == "Relationship" =>
            {
                let (id, kind, target) = (
                    attribute(&element, "Id"),
                    attribute(&element, "Type"),
                    attribute(&element, "Target"),
                );
                if let (Some(id), Some(kind), Some(target)) = (id, kind, target) {
                    let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                    relations.insert(
                        id,
                        Relation {
                            kind,
                            path: resolve(folder, &target),
                        },
                    );
                }
            }
            Event::Eof => return Ok(relations),
            _ => {}
        }
    }
}

/// The path of a target that is written from `folder`, or from the root if it starts with a slash.
fn resolve(folder: &str, target: &str) -> String {
    let joined = match target.strip_prefix('/') {
        Some(from_root) => from_root.to_owned(),
        None => format!("{folder}/{target}"),
    };
    let mut path = Vec::new();
    for step in joined.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(path.pop()),
            step => path.push(step),
        }
    }
    path.join("/")
}
