import Foundation
import Models
import Workbench

/// What the list of models in the workbench offers: installed models and adapters, the files that
/// are loaded wherever they lie, and what can be fetched.
enum ModelItems {
  /// All items, models first.
  ///
  /// - Parameter loaded: Paths of the model and the adapter that are in use.
  static func all(
    environment: [String: String], loaded: (model: String, adapter: String?)?
  ) -> [ModelItem] {
    guard let library = try? ModelLibrary(environment: environment) else { return [] }
    let installed = library.models()
    var models = installed.map { model in
      item(
        .model, path: model.path, isLoaded: model.path == loaded?.model,
        inspection: try? ModelInspection(path: model.path))
    }
    if let path = loaded?.model, !models.contains(where: \.isLoaded) {
      models.insert(
        item(.model, path: path, isLoaded: true, inspection: try? ModelInspection(path: path)),
        at: 0)
    }
    let offers = ModelCatalog.models.filter { library.model($0) == nil }.map { entry in
      ModelItem(
        .offer(
          ModelOffer(
            name: entry.title, byteCount: Int64(entry.byteCount), license: entry.license,
            folder: library.path)),
        name: entry.name, path: entry.name, byteCount: Int64(entry.byteCount))
    }
    return models + adapters(environment: environment, loaded: loaded?.adapter) + offers
  }

  private static func adapters(environment: [String: String], loaded: String?) -> [ModelItem] {
    guard let library = try? AdapterLibrary(environment: environment) else { return [] }
    var items = library.names().map { name in
      let path = library.path + "/" + name + ".gguf"
      return item(.adapter, path: path, isLoaded: path == loaded, inspection: nil)
    }
    if let loaded, !items.contains(where: \.isLoaded) {
      items.insert(item(.adapter, path: loaded, isLoaded: true, inspection: nil), at: 0)
    }
    return items
  }

  private static func item(
    _ kind: ModelItem.Kind, path: String, isLoaded: Bool, inspection: ModelInspection?
  ) -> ModelItem {
    let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int64
    let name = URL(fileURLWithPath: path).lastPathComponent
    var item = ModelItem(
      kind, name: name.hasSuffix(".gguf") ? String(name.dropLast(5)) : name, path: path,
      byteCount: size ?? 0)
    item.type = inspection?.type ?? ""
    item.contextLength = inspection?.contextLength
    item.isLoaded = isLoaded
    return item
  }
}
